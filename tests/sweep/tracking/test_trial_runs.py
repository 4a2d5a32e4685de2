"""What the run of a trial says."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from sweep.config.setting_keys import SETTING_KEYS
from sweep.records import Choice
from sweep.tracking.trial_runs import trial_run


def values(run, key):
    return [(point.step, point.value) for point in run.points if point.key == key]


def test_every_run_has_the_same_parameter_keys_and_a_dash_for_what_its_optimizer_ignores(make_result):
    adam = trial_run(make_result("adam"), "val_accuracy", "max")
    sgd = trial_run(make_result("sgd"), "val_accuracy", "max")
    assert list(adam.params) == list(sgd.params) == [*SETTING_KEYS, "seed"]
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
        ("PRUNED", "KILLED"),
        ("CANCELLED", "KILLED"),
    ],
)
def test_no_status_leaves_a_run_open(make_result, status, expected):
    assert trial_run(make_result(status=status), "val_accuracy", "max").status == expected


def test_a_pruned_trial_says_at_which_rung_with_what_value_and_has_no_final_one(make_result):
    run = trial_run(make_result(status="PRUNED", pruned_rung=3.0, pruned_value=0.5), "val_accuracy", "max")
    assert (run.outcome, run.tags["pruned_rung"], run.tags["pruned_value"]) == ("PRUNED", "3", "0.5")
    assert values(run, "val_accuracy")
    assert not [point for point in run.points if point.key.startswith(("best_", "final_"))]


def test_a_trial_that_failed_before_its_first_epoch_has_a_run_without_points(make_result):
    result = make_result(status="FAILED", epochs=1, error="The worker died.")
    empty = dataclasses.replace(result, epochs={key: values[:0] for key, values in result.epochs.items()})
    run = trial_run(empty, "val_accuracy", "max")
    assert run.points == ()
    assert run.tags["error"] == "The worker died."


def thinned(make_result, epochs, points, **changed):
    return trial_run(make_result(epochs=epochs, **changed), "val_accuracy", "max", points)


def steps_of(run, key):
    return [point.step for point in run.points if point.key == key]


def test_a_curve_that_fits_is_kept_whole(make_result):
    run = thinned(make_result, 10, 10)
    assert steps_of(run, "val_loss") == list(range(1, 11))
    assert "thinned" not in run.tags


def test_a_longer_curve_keeps_its_ends_its_best_and_an_even_spread(make_result):
    accuracy = np.zeros(1001)
    accuracy[332] = 0.9
    run = thinned(make_result, 1001, 12, curves={"val_accuracy": accuracy})
    assert steps_of(run, "val_loss") == [1, 101, 201, 301, 333, 401, 501, 601, 701, 801, 901, 1001]
    assert steps_of(run, "val_accuracy") == steps_of(run, "val_loss")
    assert run.tags["thinned"] == "12 of 1001 epochs"
    summary = {point.key: point.value for point in run.points if point.key.startswith(("best_", "final_"))}
    assert summary == {"best_val_accuracy": 0.9, "best_epoch": 333, "final_val_accuracy": 0}


def test_thinning_never_exceeds_the_number_of_points(make_result):
    for epochs in range(11, 60):
        run = thinned(make_result, epochs, 10)
        steps = steps_of(run, "val_loss")
        assert 9 <= len(steps) <= 10
        assert {1, epochs - 1, epochs} <= set(steps)


def test_a_diverged_trial_is_thinned_without_a_best_epoch(make_result):
    curve = np.full(100, np.nan)
    run = thinned(make_result, 100, 10, status="DIVERGED", curves={"val_accuracy": curve})
    assert steps_of(run, "val_accuracy") == []
    assert run.tags["thinned"] == "10 of 100 epochs"


def test_a_run_of_the_users_own_training_has_its_hyperparameters_alone(make_result):
    result = make_result()
    arm = dataclasses.replace(result.trial.arm, setting={"model.width": 8, "norm": Choice("true", True)})
    result = dataclasses.replace(result, trial=dataclasses.replace(result.trial, arm=arm))
    run = trial_run(result, "val_accuracy", "max", keys=("model.width", "depth", "norm"), is_own=True)
    assert run.params == {"model.width": "8", "depth": "-", "norm": "true", "seed": "0"}
    assert "optimizer" not in run.tags
    # An optimizer of the user's own is a tag as ours is.
    tags = trial_run(make_result("sgd"), "val_accuracy", "max", keys=("optimizer",), is_own=True).tags
    assert tags["optimizer"] == "sgd"


def test_the_final_value_of_the_users_own_training_is_the_last_that_was_reported(make_result):
    curves = {"val_accuracy": np.array([0.7, 0.6, np.nan])}
    run = trial_run(make_result(epochs=3, curves=curves), "val_accuracy", "max", is_own=True)
    assert values(run, "final_val_accuracy") == [(3, 0.6)]
    assert values(run, "best_val_accuracy") == [(3, 0.7)]
