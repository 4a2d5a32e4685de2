"""Each metric has the value that its formula gives by hand, in the range and direction that it declares."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainers.diagnostics import metric_names
from trainers.metrics import METRICS, OF_TASK, Measured

NUMBERS = st.floats(-1e3, 1e3)


def measured(targets, predicted, scale=1.0):
    """Predictions of numbers, on a scale of which one unit is ``scale`` units of the data."""
    loss = float(np.mean((np.array(targets) - np.array(predicted)) ** 2))
    return Measured(loss, math.nan, float(np.var(targets)), scale)


def test_the_metrics_of_numbers_by_hand():
    # Errors 1, 1, 2, 0: mean square 1.5; the targets 0, 2, 4, 6 have the variance 5.
    part = measured([0.0, 2.0, 4.0, 6.0], [1.0, 1.0, 2.0, 6.0], scale=3.0)
    values = {metric.name: metric.value(part) for metric in OF_TASK["regression"]}
    assert values == {"loss": 1.5, "rmse": pytest.approx(3 * math.sqrt(1.5)), "r2": pytest.approx(1 - 1.5 / 5)}


def test_r2_is_none_where_all_targets_are_equal():
    assert math.isnan(METRICS["r2"].value(measured([2.0, 2.0], [1.0, 3.0])))


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_the_metrics_of_classes_are_the_loss_and_the_share_of_hits(task):
    part = Measured(0.25, 0.75)
    assert {metric.name: metric.value(part) for metric in OF_TASK[task]} == {"loss": 0.25, "accuracy": 0.75}


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=20), st.floats(1e-3, 1e3))
def test_no_prediction_leaves_the_range_or_beats_a_perfect_one(pairs, scale):
    targets, predicted = zip(*pairs, strict=True)
    found, perfect = measured(targets, predicted, scale), measured(targets, targets, scale)
    for metric in OF_TASK["regression"]:
        value, best = metric.value(found), metric.value(perfect)
        assert math.isnan(value) or metric.low <= value <= metric.high
        assert math.isnan(value) or (value <= best if metric.mode == "max" else value >= best)


def test_the_columns_of_results_are_those_of_the_metrics():
    assert metric_names("regression")[:6] == ("train_loss", "val_loss", "train_rmse", "val_rmse", "train_r2", "val_r2")
    assert metric_names("binary")[:5] == ("train_loss", "val_loss", "train_accuracy", "val_accuracy", "learning_rate")
