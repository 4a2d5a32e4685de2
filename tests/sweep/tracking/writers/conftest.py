"""Sweeps, trials and what MLflow's client reads back of them, for the tests of the writers."""

from __future__ import annotations

import dataclasses
import uuid

import numpy as np
import pytest
from mlflow import MlflowClient

from sweep.tracking.parent_run import ParentRun
from sweep.tracking.trial_runs import trial_run
from sweep.tracking.writers.client import ClientSink

STATUSES = ("COMPLETED", "STOPPED", "PRUNED", "DIVERGED", "FAILED", "CANCELLED")


@pytest.fixture
def fresh_record(record):
    """A sweep that no other test of the shared database writes."""
    return dataclasses.replace(record, plan_hash=uuid.uuid4().hex)


@pytest.fixture
def open_parent(tmp_path, fresh_record):
    def open_(uri):
        parent = ParentRun(uri, tmp_path / "mlartifacts")
        parent.open(fresh_record, {}, "a description")
        return parent

    return open_


@pytest.fixture
def described():
    def described_(make_result, **changed):
        return trial_run(make_result(**changed), "val_accuracy", "max")

    return described_


@pytest.fixture
def children():
    def children_(uri, parent):
        return MlflowClient(uri).search_runs([parent.experiment_id], f"tags.`mlflow.parentRunId` = '{parent.run_id}'")

    return children_


@pytest.fixture
def everything():
    def everything_(uri, run):
        """All that MLflow's client can say of a run, without what differs by nature."""
        client = MlflowClient(uri)
        run = client.get_run(run.info.run_id)
        own = ("run_id", "run_uuid", "artifact_uri", "experiment_id")
        history = {
            key: [(m.step, m.timestamp, m.value) for m in client.get_metric_history(run.info.run_id, key)]
            for key in run.data.metrics
        }
        info = {key: value for key, value in dict(run.info).items() if key not in own}
        tags = {key: value for key, value in run.data.tags.items() if key != "mlflow.parentRunId"}
        datasets = [(dict(given.dataset), [dict(tag) for tag in given.tags]) for given in run.inputs.dataset_inputs]
        return info, run.data.params, run.data.metrics, tags, history, datasets

    return everything_


@pytest.fixture
def by_trial(children, everything):
    def by_trial_(uri, parent):
        return {run.data.tags["sweep.trial_id"]: everything(uri, run) for run in children(uri, parent)}

    return by_trial_


@pytest.fixture
def trials(make_result, described):
    """Trials that ended in every way, with text that a table could trip over."""
    runs = [
        described(make_result, seed=seed, status=status, epochs=7, diverged_step=5 if status == "DIVERGED" else None)
        for seed, status in enumerate(STATUSES)
    ]
    awkward = make_result(seed=9, error="tab\t, line\nend, back\\slash, quote ', \\N and ünïcode", status="FAILED")
    numbers = make_result(seed=10, curves={"val_accuracy": np.array([1e-300, 0.1 + 0.2, 1 / 3, 1.7e308])})
    return [*runs, *(trial_run(result, "val_accuracy", "max") for result in (awkward, numbers))]


@pytest.fixture
def written_by_client(by_trial):
    def written_by_client_(uri, open_parent, trials):
        parent = open_parent(uri)
        ClientSink(parent).write(trials)
        return by_trial(uri, parent)

    return written_by_client_
