"""Norms and update ratios by hand, and the names of all metrics."""

import math

import numpy as np
import pytest

from trainers.data.dataset import Task
from trainers.diagnostics import metric_names, norms, update_ratios


def test_a_norm_is_that_of_its_row() -> None:
    assert norms(np.array([[3.0, 4.0], [5.0, 12.0]])).tolist() == [5.0, 13.0]


def test_a_norm_of_large_float32_numbers_does_not_overflow() -> None:
    assert norms(np.full((1, 4), 1e30, np.float32)).tolist() == [2.0 * float(np.float32(1e30))]


def test_the_update_ratio_is_the_length_of_the_step_by_that_of_the_weights_before() -> None:
    before, after = np.array([[3.0, 4.0], [0.0, 2.0]]), np.array([[3.0, 3.0], [0.0, 2.0]])
    assert update_ratios(before, after).tolist() == [0.2, 0.0]


def test_a_step_from_zero_weights_has_no_ratio() -> None:
    ratio = update_ratios(np.zeros((1, 2)), np.ones((1, 2)))
    assert math.isnan(ratio[0])


@pytest.mark.parametrize(
    ("task", "quality"),
    [
        ("multiclass", ("train_accuracy", "val_accuracy")),
        ("binary", ("train_accuracy", "val_accuracy")),
        ("regression", ("train_rmse", "val_rmse", "train_r2", "val_r2")),
    ],
)
def test_losses_come_first_then_quality_then_what_all_tasks_share(task: Task, quality: tuple[str, ...]) -> None:
    assert metric_names(task) == (
        *("train_loss", "val_loss"),
        *quality,
        *("learning_rate", "gradient_norm", "update_ratio", "steps_on_plateau", "steps", "examples", "seconds"),
    )
