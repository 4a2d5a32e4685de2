"""A sweep has one parent run, however often it is started, which knows the run of each of its trials."""

from __future__ import annotations

import dataclasses

import pytest
from mlflow import MlflowClient

from sweep.tracking.parent_run import ParentRun


@pytest.fixture
def opened(store_uri, tmp_path, record):
    """Open the parent run of a sweep, as a start of it does; ``changes`` are of its record."""

    def opened(description="what is asked", folder=tmp_path / "mlartifacts", **changes):
        parent = ParentRun(store_uri, folder)
        parent.open(dataclasses.replace(record, **changes), {"python": "3.11"}, description)
        return parent

    return opened


def add_run(parent, trial_id, status, outcome=""):
    """A run of a trial, as an earlier start has left it."""
    tags = {"mlflow.parentRunId": parent.run_id, "sweep.trial_id": trial_id, "status": outcome}
    run_id = parent.client.create_run(parent.experiment_id, tags=tags).info.run_id
    parent.client.update_run(run_id, status)
    return run_id


def test_a_second_start_goes_on_in_the_same_run_and_says_what_is_asked_now(opened, store_uri):
    first = opened("first question", parameters={"trials": 4})
    first.finish("KILLED", {})
    second = opened("second question", parameters={"trials": 6, "arms": 3})
    assert (second.experiment_id, second.run_id) == (first.experiment_id, first.run_id)
    run = MlflowClient(store_uri).get_run(second.run_id)
    assert run.info.status == "RUNNING"
    # MLflow lets nobody change a parameter.
    assert run.data.params == {"trials": "4", "arms": "3"}
    assert run.data.tags["mlflow.note.content"] == "second question"
    assert (run.data.tags["sweep.plan_hash"], run.data.tags["python"]) == ("ab" * 32, "3.11")


def test_another_plan_of_the_same_experiment_has_a_run_of_its_own(opened):
    first, second = opened(), opened(plan_hash="cd" * 32)
    assert first.experiment_id == second.experiment_id
    assert first.run_id != second.run_id


def test_only_runs_that_have_ended_count_as_those_of_their_trials(opened):
    first = opened()
    ended = add_run(first, "t1", "FINISHED", "STOPPED")
    diverged = add_run(first, "t2", "FAILED", "DIVERGED")
    half = add_run(first, "t3", "RUNNING", "COMPLETED")
    # A start that finds the parent asks once for all its trials; one that has made it knows that there are none.
    assert first.run_ids() == {}
    second = opened()
    assert second.run_ids() == {"t1": ended, "t2": diverged}
    assert [second.outcome(trial) for trial in ("t1", "t2", "t3", "t4")] == ["STOPPED", "DIVERGED", "", None]
    assert (second.find("t3"), second.find("t4")) == (half, None)


def test_a_run_of_a_trial_that_is_trained_again_is_replaced_whatever_its_outcome(opened, store_uri):
    first = opened()
    before, other = add_run(first, "t1", "FINISHED", "COMPLETED"), add_run(first, "t2", "FINISHED", "COMPLETED")
    again = opened(renewed=frozenset({"t1"}))
    assert again.outcome("t1") != "COMPLETED"
    assert again.run_ids() == {"t2": other}
    again.discard("t1")
    assert MlflowClient(store_uri).get_run(before).info.lifecycle_stage == "deleted"


def test_a_run_that_is_discarded_is_deleted_and_forgotten(opened, store_uri):
    half = add_run(opened(), "t1", "RUNNING")
    parent = opened()
    parent.discard("t1")
    assert MlflowClient(store_uri).get_run(half).info.lifecycle_stage == "deleted"
    assert (parent.outcome("t1"), parent.find("t1")) == (None, None)
    # Nothing is known of another trial, so that there is nothing to delete.
    parent.discard("t2")
    parent.remember("t1", "another", "COMPLETED")
    assert (parent.outcome("t1"), parent.run_ids()) == ("COMPLETED", {"t1": "another"})


def test_a_sweep_that_has_ended_has_its_metrics_its_files_and_its_data_set(opened, store_uri, tmp_path):
    parent = opened()
    parent.log_artifacts({"leaderboard.csv": "arm\nadam\n", "figures/curve.png": b"\x89PNG"})
    parent.finish("FINISHED", {"best_val_accuracy": 0.75})
    run = MlflowClient(store_uri).get_run(parent.run_id)
    assert (run.info.status, run.data.metrics) == ("FINISHED", {"best_val_accuracy": 0.75})
    assert run.info.end_time >= run.info.start_time
    place = tmp_path / "mlartifacts" / "optimizer-sweeps" / parent.run_id / "artifacts"
    assert (place / "leaderboard.csv").read_text(encoding="utf-8") == "arm\nadam\n"
    assert (place / "figures/curve.png").read_bytes() == b"\x89PNG"
    (given,) = run.inputs.dataset_inputs
    assert (given.dataset.name, given.dataset.digest) == ("digits", "f1" * 18)
    assert [(tag.key, tag.value) for tag in given.tags] == [("mlflow.data.context", "training")]


def test_an_experiment_that_is_there_keeps_its_place_and_its_own_tags(opened, store_uri, tmp_path):
    client = MlflowClient(store_uri)
    place = (tmp_path / "theirs").as_uri()
    experiment = client.create_experiment("optimizer-sweeps", place, {"mlflow.experimentKind": "their own"})
    parent = opened(dataset=None)
    assert (parent.experiment_id, parent.artifact_location) == (experiment, place)
    tags = client.get_experiment(experiment).tags
    assert tags["mlflow.experimentKind"] == "their own"
    assert tags["mlflow.experiment.primaryMetric.greaterIsBetter"] == "True"
    assert client.get_run(parent.run_id).inputs.dataset_inputs == []


def test_of_two_runs_of_a_trial_the_end_keeps_the_older(opened, store_uri):
    parent = opened()
    client = MlflowClient(store_uri)
    tags = {"mlflow.parentRunId": parent.run_id, "sweep.trial_id": "t1", "status": "COMPLETED"}
    young, old = (client.create_run(parent.experiment_id, start, tags).info.run_id for start in (2000, 1000))
    other = add_run(parent, "t2", "FINISHED", "COMPLETED")
    parent.remember("t1", young, "COMPLETED")
    parent.finish("FINISHED", {})
    assert client.get_run(young).info.lifecycle_stage == "deleted"
    assert [client.get_run(one).info.lifecycle_stage for one in (old, other)] == ["active", "active"]
    assert parent.run_ids()["t1"] == old
