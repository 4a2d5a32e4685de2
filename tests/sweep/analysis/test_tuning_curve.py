"""Tests of the expected best after k settings, against all subsets of k."""

from itertools import combinations

import numpy as np
import pytest

from sweep.analysis.tuning_curve import order_weights, tuning_curve

VALUES = np.array([0.31, 0.12, 0.55, 0.12, 0.48, 0.27])


@pytest.mark.parametrize(("mode", "best"), [("min", min), ("max", max)])
def test_the_curve_is_the_mean_best_over_all_subsets(mode, best, rng):
    curve = tuning_curve(VALUES, mode, rng)
    for k in range(1, 7):
        oracle = np.mean([best(subset) for subset in combinations(VALUES, k)])
        assert curve.expected[k - 1] == pytest.approx(oracle)


def test_diverged_settings_are_tried_too_and_are_the_best_of_none(rng):
    values = np.array([0.5, np.nan, 0.3, np.nan])
    curve = tuning_curve(values, "min", rng)
    for k in range(1, 5):
        subsets = [np.array(subset) for subset in combinations(values, k)]
        some = [subset for subset in subsets if np.isfinite(subset).any()]
        assert curve.nothing[k - 1] == pytest.approx(1 - len(some) / len(subsets))
        assert curve.expected[k - 1] == pytest.approx(np.mean([np.nanmin(subset) for subset in some]))


def test_if_all_diverged_there_is_no_curve(rng):
    curve = tuning_curve(np.array([np.nan, np.nan]), "min", rng)
    assert np.isnan(curve.expected).all()
    assert np.isnan(curve.low).all()
    assert curve.nothing.tolist() == [1.0, 1.0]


def test_no_settings_give_an_empty_curve(rng):
    assert len(tuning_curve(np.array([]), "min", rng).tried) == 0


def test_the_band_holds_the_curve_and_more_tries_are_never_worse(rng):
    curve = tuning_curve(rng.normal(size=30), "max", rng)
    assert (np.diff(curve.expected) > 0).all()
    assert (curve.low <= curve.expected + 1e-12).all()
    # At k = N a bootstrap sample never has more than the best of the data.
    assert (curve.expected[:20] <= curve.high[:20]).all()


def test_the_estimator_is_unbiased_where_that_with_replacement_is_not(rng):
    # The expected largest of 5 standard normal values is 1.16296 (Teichroew, 1956).
    samples = rng.normal(size=(4000, 8))
    ours = (np.sort(-samples, axis=1) * -1) @ order_weights(8)[4]
    assert ours.mean() == pytest.approx(1.16296, abs=4 * ours.std() / np.sqrt(4000))
    ranks = np.arange(1, 9) / 8
    theirs = np.sort(samples, axis=1) @ (ranks**5 - (ranks - 1 / 8) ** 5)
    assert theirs.mean() < 1.16296 - 8 * theirs.std() / np.sqrt(4000)


def test_weights_of_a_thousand_settings_stay_finite():
    weights = order_weights(1000)
    assert np.isfinite(weights).all()
    assert weights.sum(axis=1) == pytest.approx(np.ones(1000))
