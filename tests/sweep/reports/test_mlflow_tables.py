"""Runs of any tool become one row each, and those that are not compared are counted with the reason."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from sweep.errors import AnalysisError
from sweep.reports.mlflow_columns import Columns
from sweep.reports.mlflow_tables import tables
from sweep.tracking.reading import LoggedExperiment, LoggedRun
from sweep.tracking.trial_runs import Point

COLUMNS = Columns("algo", "random_state", "validation/loss", target=0.5)


def logged(run_id, values=(0.75, 0.5, 0.25), status="FINISHED", tags=None, steps=None, **params):
    """A run that has logged a value a second, at every tenth step unless told otherwise."""
    steps = steps or [10 * place for place in range(1, len(values) + 1)]
    points = tuple(
        Point("validation/loss", value, 1000 * place, step)
        for place, (value, step) in enumerate(zip(values, steps, strict=True), 1)
    )
    metrics = {"validation/loss": values[-1]} if values else {}
    named = {"algo": "Adam", "random_state": "0", "lr": "0.1", **params}
    params = {name: value for name, value in named.items() if value is not None}
    return LoggedRun(run_id, "", status, 0, 4500, params, tags or {}, metrics, {"validation/loss": points})


def made(*runs, columns=COLUMNS):
    return tables(LoggedExperiment("sqlite:///x.db", "1", "their own", runs), columns)


def said(found, check):
    return [card.sentence for card in found.cards if card.check == check]


def test_a_run_is_a_row_with_its_last_and_best_value_and_its_way_to_the_target():
    found = made(logged("a", (0.75, 0.5, 0.125, 0.25), workers="4"), logged("b", (0.75, 0.625), algo="SGD"))
    first, second = found.trials.to_dict("records")
    assert (first["final_validation/loss"], first["best_validation/loss"]) == (0.25, 0.125)
    # The second value is no worse than the target of 0.5.
    assert (first["target_steps"], first["steps"], first["epochs_done"], first["seconds"]) == (20, 40, 4, 4.5)
    assert (second["algo"], second["status"], second["mlflow_run_id"]) == ("SGD", "COMPLETED", "b")
    assert math.isnan(second["target_steps"])
    # The figures look for the learning rate under one name.
    assert found.keys == ("algo", "learning_rate", "workers")
    assert (first["learning_rate"], first["workers"]) == (0.1, 4)
    assert math.isnan(second["workers"])
    assert list(found.trials["arm"]) == ["Adam workers=4", "SGD"]
    epochs = found.epochs[found.epochs["trial_id"] == "b"]
    assert epochs[["epoch", "steps", "seconds", "validation/loss"]].to_numpy().tolist() == [
        [1, 10, 1, 0.75],
        [2, 20, 2, 0.625],
    ]


def test_runs_that_others_are_nested_in_or_that_have_no_seed_are_counted_with_the_reason():
    child = replace(logged("child"), tags={"mlflow.parentRunId": "parent"})
    found = made(child, logged("parent"), logged("seedless", random_state=None), logged("empty", random_state="None"))
    assert list(found.trials["trial_id"]) == ["child"]
    assert said(found, "left out") == [
        "3 runs of the experiment are not compared: 1 because other runs are nested in it; "
        "2 because it has no `random_state`."
    ]
    assert said(made(logged("a")), "left out") == []


def test_the_newest_run_of_a_setting_and_seed_counts_unless_it_alone_failed():
    found = made(logged("old"), logged("new"), logged("broken", (), "FAILED"), logged("other", random_state="1"))
    assert list(found.trials["trial_id"]) == ["new", "other"]
    assert said(found, "repeated")[0].startswith("2 runs repeat")
    assert set(found.epochs["trial_id"]) == {"new", "other"}
    # Where all have failed, the last of them says so.
    assert list(
        made(logged("a"), logged("x", (), "FAILED", lr="9"), logged("y", (), "KILLED", lr="9")).trials["status"]
    ) == [
        "COMPLETED",
        "FAILED",
    ]


def test_a_run_that_ended_in_no_number_has_diverged_and_has_no_result():
    found = made(logged("a"), logged("b", (0.75, math.nan), lr="5"), logged("c", (0.75,), "RUNNING", lr="6"))
    assert list(found.trials["status"]) == ["COMPLETED", "DIVERGED", "RUNNING"]
    assert found.trials["final_validation/loss"].notna().tolist() == [True, False, False]
    assert len(found.epochs[found.epochs["trial_id"] == "b"]) == 1
    # A run of this project knows its own status.
    own = {"sweep.trial_id": "t", "status": "STOPPED"}
    assert list(made(logged("a", tags=own)).trials["status"]) == ["STOPPED"]


def test_points_that_were_logged_without_steps_are_counted():
    found = made(logged("a", (0.75, 0.5, 0.25), steps=[0, 0, 0]))
    assert list(found.epochs["steps"]) == [1, 2, 3]
    assert found.trials["target_steps"].item() == 2


def test_settings_that_are_named_are_all_that_tells_two_settings_apart():
    runs = [logged("a", note="x"), logged("b", note="y", random_state="1", tags={"host": "h"})]
    assert made(*runs).trials["arm_id"].nunique() == 2
    found = made(*runs, columns=replace(COLUMNS, settings=("lr",)))
    assert found.trials["arm_id"].nunique() == 1
    assert found.keys == ("algo", "learning_rate")


def test_a_learning_rate_under_its_usual_name_is_not_replaced_by_another_spelling():
    found = made(logged("a", learning_rate="0.25"))
    assert found.keys == ("algo", "lr", "learning_rate")
    assert found.trials["learning_rate"].item() == 0.25


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        (Columns("optimizer", "seed", "validation/loss"), "both of which no run .* has"),
        (Columns("algo", "random_state", "val_loss"), "They have `validation/loss`"),
        (Columns("algo", "algo", "validation/loss"), "whole numbers.*'Adam'"),
        (Columns("algo", "random_state", "validation/loss", settings=("rate",)), "`--setting`.*`rate`.*`lr`"),
    ],
)
def test_a_wrong_name_is_one_sentence_with_the_right_ones(columns, sentence):
    with pytest.raises(AnalysisError, match=sentence):
        made(logged("a"), columns=columns)


@pytest.mark.parametrize("seed", ["0.5", "1e300", "inf"])
def test_a_seed_that_is_no_whole_number_is_refused_with_its_run(seed):
    with pytest.raises(AnalysisError, match=f"whole numbers.*'{seed}' in run `b`"):
        made(logged("a"), logged("b", random_state=seed))


def test_an_experiment_without_runs_is_said_to_have_none():
    with pytest.raises(AnalysisError, match="must name an experiment that has runs"):
        made()
    with pytest.raises(AnalysisError, match="They have none"):
        made(logged("a", ()))
