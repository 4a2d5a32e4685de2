"""Metrics of probabilities by hand, and where they are undefined."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.trainers.metrics.conftest import given, random_part
from trainers.metrics import SCORED, Predicted


def value(name, part):
    return float(SCORED[name].score(part)[0])


def of_scores(targets, scores):
    return given(targets, [[1 - score, score] for score in scores])


def test_the_area_under_the_roc_curve_counts_pairs_in_the_right_order():
    # Of the 4 pairs of a positive and a negative example, 3 are in order.
    assert value("roc_auc", of_scores([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])) == 0.75


def test_average_precision_by_hand():
    # At the thresholds 0.8 and 0.35 precision is 1 and 2/3, and recall grows by a half each time.
    assert value("average_precision", of_scores([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])) == pytest.approx((1 + 2 / 3) / 2)


def test_proper_scores_by_hand():
    part = of_scores([1, 0], [0.5, 0.25])
    assert value("log_loss", part) == pytest.approx((math.log(2) - math.log(0.75)) / 2)
    assert value("brier_score", part) == pytest.approx((0.25 + 0.0625) / 2)
    three = given([0], [[0.5, 0.25, 0.25]], "multiclass")
    assert value("brier_score", three) == pytest.approx(0.25 + 0.0625 + 0.0625)


def test_the_calibration_error_by_hand():
    # Two examples at 0.9, one of them right, and one at 0.6 that is right: (|1 - 1.8| + |1 - 0.6|) / 3.
    part = of_scores([1, 0, 1], [0.9, 0.9, 0.6])
    assert value("calibration_error", part) == pytest.approx((0.8 + 0.4) / 3)


def test_a_bin_holds_its_upper_end():
    # 0.6 is the end of the ninth of 15 bins, which 0.59 lies in too: |1 - 1.19| / 2.
    assert value("calibration_error", of_scores([1, 0], [0.6, 0.59])) == pytest.approx(0.19 / 2)


def test_predictions_that_are_right_as_often_as_they_say_are_calibrated():
    part = of_scores([1, 1, 1, 0], [0.75] * 4)
    assert value("calibration_error", part) == pytest.approx(0.0)


def test_the_two_most_probable_classes_count():
    part = given([0, 1, 2], [[0.5, 0.3, 0.2], [0.5, 0.3, 0.2], [0.5, 0.3, 0.2]], "multiclass")
    assert value("top_k_accuracy", part) == pytest.approx(2 / 3)


@pytest.mark.parametrize("name", ["roc_auc", "roc_auc_ovr", "average_precision"])
def test_a_part_of_one_class_has_no_ranking_and_no_warning_is_given(name):
    assert math.isnan(value(name, of_scores([0, 0], [0.1, 0.2])))


@pytest.mark.parametrize("name", ["roc_auc_ovr", "roc_auc_ovo", "roc_auc_ovr_weighted", "average_precision"])
def test_a_part_that_lacks_one_of_three_classes_has_no_average_over_them(name, rng):
    part = random_part(rng, 3, 20)
    lacking = Predicted(targets=part.targets % 2, outputs=part.outputs, task="multiclass")
    assert np.isnan(SCORED[name].score(lacking)).all()


def test_certain_mistakes_are_finite():
    part = of_scores([1, 0], [0.0, 1.0])
    assert value("log_loss", part) == pytest.approx(-math.log(np.finfo(np.float64).eps))
    assert value("brier_score", part) == 1.0
