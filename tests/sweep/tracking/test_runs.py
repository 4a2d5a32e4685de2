"""What the run of a trial says."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from sweep.tracking.runs import HYPERPARAMETERS, trial_run


def values(run, key):
    return [(point.step, point.value) for point in run.points if point.key == key]


def test_every_run_has_the_same_parameter_keys_and_a_dash_for_what_its_optimizer_ignores(make_result):
    adam = trial_run(make_result("adam"), "val_accuracy", "max")
    sgd = trial_run(make_result("sgd"), "val_accuracy", "max")
    assert list(adam.params) == list(sgd.params) == [*HYPERPARAMETERS, "seed"]
    assert (adam.params["beta1"], sgd.params["beta1"]) == ("0.9", "-")


def test_the_name_is_the_setting_and_the_seed(make_result):
    assert trial_run(make_result("sgd", 0.1, seed=3), "val_accuracy", "max").name == "sgd lr=0.1 s3"


def test_a_metric_has_one_point_an_epoch_with_the_epoch_as_step(make_result):
    run = trial_run(make_result(epochs=3), "val_accuracy", "max")
    assert values(run, "val_loss") == [(1, 2.0), (2, 1.0), (3, pytest.approx(2 / 3))]
    assert values(run, "epoch") == []


def test_the_time_of_a_point_is_the_start_plus_the_training_seconds(make_result):
    run = trial_run(make_result(epochs=2), "val_accuracy", "max")
    moments = [p.timestamp_milliseconds for p in run.points if p.key == "val_loss"]
    assert moments == [1_700_000_000_250, 1_700_000_000_500]
    assert (run.started_milliseconds, run.ended_milliseconds) == (1_700_000_000_000, 1_700_000_002_000)


def test_best_and_final_follow_the_mode(make_result):
    largest = trial_run(make_result(epochs=4), "val_accuracy", "max")
    assert values(largest, "best_val_accuracy") == [(4, pytest.approx(0.8))]
    assert values(largest, "best_epoch") == [(4, 3)]
    assert values(largest, "final_val_accuracy") == [(4, pytest.approx(0.75))]
    smallest = trial_run(make_result(epochs=4), "val_accuracy", "min")
    assert values(smallest, "best_val_accuracy") == [(4, pytest.approx(0.6))]


def test_nan_and_infinity_are_left_out(make_result):
    curves = {"val_loss": np.array([1.0, np.nan, np.inf]), "val_accuracy": np.array([0.5, 0.7, np.nan])}
    run = trial_run(make_result(epochs=3, curves=curves), "val_accuracy", "max")
    assert np.isfinite([point.value for point in run.points]).all()
    assert values(run, "val_loss") == [(1, 1.0)]
    assert values(run, "best_val_accuracy") == [(3, 0.7)]
    assert values(run, "final_val_accuracy") == []


def test_a_diverged_trial_keeps_its_curve_but_is_not_ranked(make_result):
    result = make_result(status="DIVERGED", diverged_step=17, last_finite_loss=3.5)
    run = trial_run(result, "val_accuracy", "max")
    assert run.status == "FAILED"
    assert (run.tags["status"], run.tags["diverged_step"], run.tags["last_finite_loss"]) == ("DIVERGED", "17", "3.5")
    assert values(run, "val_accuracy")
    assert not [point for point in run.points if point.key.startswith(("best_", "final_"))]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("COMPLETED", "FINISHED"),
        ("STOPPED", "FINISHED"),
        ("DIVERGED", "FAILED"),
        ("FAILED", "FAILED"),
        ("RUNNING", "KILLED"),
        ("PENDING", "KILLED"),
    ],
)
def test_no_status_leaves_a_run_open(make_result, status, expected):
    assert trial_run(make_result(status=status), "val_accuracy", "max").status == expected


def test_a_trial_that_failed_before_its_first_epoch_has_a_run_without_points(make_result):
    result = make_result(status="FAILED", epochs=1, error="The worker died.")
    empty = dataclasses.replace(result, epochs={key: values[:0] for key, values in result.epochs.items()})
    run = trial_run(empty, "val_accuracy", "max")
    assert run.points == ()
    assert run.tags["error"] == "The worker died."
