"""Each arm has a run that sums up its seeds, in every kind of store, and a later start finds it again."""

from __future__ import annotations

import dataclasses

import pytest
from mlflow import MlflowClient

from sweep.records import Arm
from sweep.tracking import ArmSummary, SweepWriter
from sweep.tracking.arm_runs import arm_run

METRICS = {"seeds": 2.0, "diverged_share": 0.0, "final_val_accuracy_mean": 0.75, "final_val_accuracy_low": 0.7}


@pytest.fixture(params=["sqlite", "server", "postgresql"])
def uri(request):
    """A store for each of the writers: the file itself, the client, and COPY."""
    if request.param == "sqlite":
        return request.getfixturevalue("store_uri")
    return request.getfixturevalue("server").uri if request.param == "server" else request.getfixturevalue("postgresql")


def arms_of(uri, writer):
    condition = f"tags.`mlflow.parentRunId` = '{writer.parent_run_id}' and tags.kind = 'arm'"
    return MlflowClient(uri).search_runs([writer.experiment_id], condition)


def sweep(uri, record, folder, result, metrics):
    with SweepWriter(uri, record, folder) as writer:
        writer.log_trial(result)
        links = writer.drain([ArmSummary(result.trial.arm, 2, metrics)])
        report = writer.finish("FINISHED", {}, {})
    return writer, links, report


def test_an_arm_has_a_run_with_its_summary_beside_those_of_its_trials(uri, record, tmp_path, make_result):
    result = make_result(seed=0)
    writer, links, report = sweep(uri, record, tmp_path, result, METRICS)
    (arm,) = arms_of(uri, writer)
    assert arm.data.metrics == METRICS
    assert (arm.data.tags["arm"], arm.data.tags["status"]) == (result.trial.arm.label, "2 of 2 seeds, val_accuracy")
    assert (arm.info.status, arm.info.run_name) == ("FINISHED", f"{result.trial.arm.label} all seeds")
    trial = MlflowClient(uri).get_run(links.runs[result.trial.id])
    assert trial.data.tags["kind"] == "trial"
    # Charts and comparisons need the same parameters in all runs.
    assert arm.data.params.keys() == trial.data.params.keys()
    assert arm.data.params["seed"] == "-"
    # Summaries are no trials.
    assert (report.written, report.skipped, report.failed) == (1, 0, 0)
    assert (links.experiment_id, links.run_id) == (writer.experiment_id, writer.parent_run_id)


def test_a_later_start_keeps_the_run_and_writes_it_anew_when_more_seeds_have_ended(uri, record, tmp_path, make_result):
    record = dataclasses.replace(record, plan_hash="cd" * 32)
    result = make_result(seed=0)
    writer, _, _ = sweep(uri, record, tmp_path, result, {**METRICS, "seeds": 1.0})
    (first,) = arms_of(uri, writer)
    writer, _, _ = sweep(uri, record, tmp_path, result, {**METRICS, "seeds": 1.0})
    assert [run.info.run_id for run in arms_of(uri, writer)] == [first.info.run_id]
    writer, _, _ = sweep(uri, record, tmp_path, result, METRICS)
    (second,) = arms_of(uri, writer)
    assert second.info.run_id != first.info.run_id
    assert second.data.metrics["seeds"] == 2.0


def test_the_run_of_an_arm_of_the_users_own_training_says_whether_it_is_the_best_of_its_level(record):
    own = dataclasses.replace(record, keys=("model.kind", "depth"), grouped_by="model.kind", is_own=True)
    arm = Arm("a1", "model.kind=tree", {"model.kind": "tree"})
    run = arm_run(ArmSummary(arm, 2, METRICS, is_best=True), 0, own)
    assert run.params == {"model.kind": "tree", "depth": "-", "seed": "-"}
    assert run.tags["best_of_level"] == "yes"
    assert "optimizer" not in run.tags
