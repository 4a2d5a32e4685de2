"""ROC, precision-recall and calibration curves agree with curves that are counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sweep.analysis.classifier_curves import calibration, precision_recall, roc


def binary(*trials):
    """Predictions of two classes; each trial is a list of (target, probability of the second class)."""
    rows = [
        {"trial_id": f"t{number}", "target": target, "output_0": 1 - p, "output_1": p}
        for number, trial in enumerate(trials)
        for target, p in trial
    ]
    return pd.DataFrame(rows)


# From the highest score: true, false, true, false.
ONE = [(1, 0.9), (0, 0.8), (1, 0.7), (0, 0.1)]
PERFECT = [(1, 0.9), (0, 0.1), (1, 0.7), (0, 0.2)]


def at(curve, x, heights=None):
    heights = curve.mean if heights is None else heights
    return float(heights[np.flatnonzero(np.isclose(curve.x, x))[-1]])


def test_a_roc_curve_goes_through_the_points_of_its_thresholds():
    curve = roc(binary(ONE))
    assert (curve.x[0], curve.mean[0]) == (0.0, 0.0)
    # Half of the true ones before any false one, all of them after half of the false ones.
    assert [at(curve, x) for x in (0.0, 0.5, 1.0)] == [0.5, 1.0, 1.0]
    # Of the four pairs of a true and a false one, three are in the right order.
    assert curve.area == pytest.approx(0.75)


def test_a_mean_over_seeds_lies_within_their_range():
    curve = roc(binary(ONE, PERFECT))
    assert at(curve, 0.0) == 0.75
    assert (at(curve, 0.0, curve.low), at(curve, 0.0, curve.high)) == (0.5, 1.0)
    assert curve.area == pytest.approx(0.875)


def test_precision_at_a_recall_is_that_of_the_highest_threshold_that_reaches_it():
    curve = precision_recall(binary(ONE))
    # One of one up to a recall of a half; two of three beyond, without a line in between.
    assert [at(curve, x) for x in (0.01, 0.5, 0.51, 1.0)] == pytest.approx([1.0, 1.0, 2 / 3, 2 / 3])
    assert curve.area == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    assert curve.chance == 0.5


def test_more_classes_are_each_told_from_the_rest_and_averaged():
    # The first class is always found, the second never told from the third.
    rows = [(0, (0.8, 0.1, 0.1)), (1, (0.2, 0.4, 0.4)), (2, (0.2, 0.4, 0.4))]
    frame = pd.DataFrame(
        [{"trial_id": "t", "target": target, **{f"output_{n}": p for n, p in enumerate(ps)}} for target, ps in rows]
    )
    # The second and third class: one of the two others is below (1), the other is level (0.5).
    assert roc(frame).area == pytest.approx((1 + 0.75 + 0.75) / 3)
    assert precision_recall(frame).area == pytest.approx((1 + 0.5 + 0.5) / 3)
    assert precision_recall(frame).chance == pytest.approx(1 / 3)
    # A class without an example has no curve.
    assert roc(frame[frame["target"] != 2]).area == pytest.approx((1 + 1) / 2)


def test_trials_with_one_class_have_no_curve():
    assert roc(binary([(1, 0.4), (1, 0.6)])) is None
    assert precision_recall(binary([(0, 0.4), (0, 0.6)])) is None
    assert roc(binary(ONE, [(1, 0.4)])).area == pytest.approx(0.75)


def test_calibration_compares_probabilities_with_shares_in_groups_of_equal_size():
    draw = np.random.default_rng(0)
    # A predictor that says 0.05 or 0.95 for what comes true in 30 % and 80 % of the cases.
    said = np.repeat([0.05, 0.95], 100)
    truth = np.concatenate([np.repeat([1, 0], [30, 70]), np.repeat([1, 0], [80, 20])])
    order = draw.permutation(200)
    found = calibration(binary(list(zip(truth[order], said[order], strict=True))))
    assert found.predicted.tolist() == pytest.approx([0.05, 0.95])
    assert found.observed.tolist() == pytest.approx([0.3, 0.8])


def test_calibration_of_more_classes_is_that_of_the_predicted_class():
    rows = [{"trial_id": "t", "target": n % 2, "output_0": 0.5, "output_1": 0.3, "output_2": 0.2} for n in range(40)]
    found = calibration(pd.DataFrame(rows))
    assert (found.predicted.tolist(), found.observed.tolist()) == ([0.5], [0.5])
    assert calibration(pd.DataFrame(rows[:1]).assign(output_0=np.nan)) is None


def test_areas_are_those_of_scikit_learn():
    from sklearn.metrics import average_precision_score, roc_auc_score

    draw = np.random.default_rng(2)
    truth = draw.integers(0, 2, 300)
    # Rounded, so that scores repeat.
    said = np.clip(0.5 + 0.2 * (truth - 0.5) + 0.2 * draw.normal(size=300), 0, 1).round(1)
    frame = binary(list(zip(truth, said, strict=True)))
    assert roc(frame).area == pytest.approx(roc_auc_score(truth, said), abs=1e-12)
    assert precision_recall(frame).area == pytest.approx(average_precision_score(truth, said), abs=1e-12)
