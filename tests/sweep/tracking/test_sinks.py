"""Both ways to write the runs of trials must give the same runs."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import numpy as np
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from sweep.tracking.client_sink import ClientSink
from sweep.tracking.database_sink import REVISIONS, DatabaseSink
from sweep.tracking.parent import ParentRun
from sweep.tracking.runs import trial_run
from sweep.tracking.sinks import open_sink
from sweep.tracking.stores import schema_heads


@pytest.fixture
def parent(store_uri, tmp_path, record):
    parent = ParentRun(store_uri, tmp_path / "mlartifacts")
    parent.open(record, {}, "a description")
    return parent


def sink_of(kind, uri, parent):
    return ClientSink(parent) if kind == "client" else DatabaseSink(uri, parent)


def described(make_result, **changed):
    return trial_run(make_result(**changed), "val_accuracy", "max")


def children(uri, parent):
    return MlflowClient(uri).search_runs([parent.experiment_id], f"tags.`mlflow.parentRunId` = '{parent.run_id}'")


def test_the_bulk_path_is_tested_with_the_schema_of_the_installed_mlflow():
    assert schema_heads() <= REVISIONS


def test_both_sinks_write_the_same_run(store_uri, parent, record, tmp_path, make_result):
    other = ParentRun(store_uri, tmp_path / "mlartifacts")
    other.open(type(record)(**{**vars(record), "plan_hash": "cd" * 32}), {}, "a description")
    result = described(make_result, status="DIVERGED", epochs=7, diverged_step=5)
    ClientSink(parent).write([result])
    DatabaseSink(store_uri, other).write([result])
    (by_client,), (by_database,) = children(store_uri, parent), children(store_uri, other)

    def comparable(run):
        info = {k: v for k, v in dict(run.info).items() if k not in ("run_id", "run_uuid", "artifact_uri")}
        tags = {k: v for k, v in run.data.tags.items() if k != "mlflow.parentRunId"}
        return info, run.data.params, run.data.metrics, tags

    assert comparable(by_database) == comparable(by_client)
    for run in (by_client, by_database):
        assert run.info.artifact_uri.endswith(f"/mlartifacts/optimizer-sweeps/{run.info.run_id}/artifacts")
    client = MlflowClient(store_uri)
    for key in by_client.data.metrics:
        one, two = (client.get_metric_history(run.info.run_id, key) for run in (by_client, by_database))
        assert [(m.step, m.timestamp, m.value) for m in one] == [(m.step, m.timestamp, m.value) for m in two]


@pytest.mark.parametrize("kind", ["client", "database"])
def test_more_metrics_than_a_call_may_hold_all_arrive(store_uri, parent, make_result, kind):
    run = described(make_result, epochs=500, curves={"val_accuracy": np.arange(500.0)})
    assert len(run.points) > 2500
    sink_of(kind, store_uri, parent).write([run])
    (written,) = children(store_uri, parent)
    history = MlflowClient(store_uri).get_metric_history(written.info.run_id, "val_accuracy")
    assert [point.value for point in history] == list(range(500))


@pytest.mark.parametrize("kind", ["client", "database"])
def test_a_lost_answer_does_not_duplicate_a_run(store_uri, parent, make_result, kind, monkeypatch):
    sink = sink_of(kind, store_uri, parent)
    runs = [described(make_result, seed=seed) for seed in range(3)]

    def lost(trial_id, run_id, outcome):
        raise MlflowException("the answer was lost")

    with monkeypatch.context() as patch:
        patch.setattr(parent, "remember", lost)
        with pytest.raises(MlflowException):
            sink.write(runs)
    sink.write(runs)
    assert sorted(run.data.tags["seed"] for run in children(store_uri, parent)) == ["0", "1", "2"]


@pytest.mark.parametrize("kind", ["client", "database"])
def test_a_run_can_be_continued_with_the_client(store_uri, parent, make_result, kind):
    sink_of(kind, store_uri, parent).write([described(make_result)])
    (run,) = children(store_uri, parent)
    client = MlflowClient(store_uri)
    client.log_metric(run.info.run_id, "val_accuracy", 0.99, step=9)
    client.log_text(run.info.run_id, "hello", "note.txt")
    client.delete_run(run.info.run_id)
    client.restore_run(run.info.run_id)
    assert client.get_run(run.info.run_id).data.metrics["val_accuracy"] == 0.99
    assert [file.path for file in client.list_artifacts(run.info.run_id)] == ["note.txt"]


def test_a_batch_that_breaks_leaves_no_half_written_run(store_uri, parent, tmp_path, make_result):
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as database:
        database.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON latest_metrics BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )
        database.commit()
    with pytest.raises(MlflowException, match="refused"):
        DatabaseSink(store_uri, parent).write([described(make_result)])
    assert children(store_uri, parent) == []


def test_a_known_schema_is_written_in_bulk_and_an_unknown_one_through_the_client(store_uri, parent, monkeypatch):
    assert isinstance(open_sink(store_uri, parent), DatabaseSink)
    monkeypatch.setattr("sweep.tracking.database_sink.REVISIONS", frozenset({"another"}))
    assert isinstance(open_sink(store_uri, parent), ClientSink)
