"""Every way to write the runs of trials must give the same runs, read back with MLflow's own client."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
import time
import uuid
from contextlib import closing

import numpy as np
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from sweep.system.locations import sqlite_path
from sweep.tracking.factory import choose_store
from sweep.tracking.parent_run import ParentRun
from sweep.tracking.trial_runs import trial_run
from sweep.tracking.writers.client import ClientSink
from sweep.tracking.writers.mlflow import MlflowStore
from sweep.tracking.writers.postgresql import PostgresqlSink
from sweep.tracking.writers.sqlite import SqliteStore

STATUSES = ("COMPLETED", "STOPPED", "DIVERGED", "FAILED")


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


def described(make_result, **changed):
    return trial_run(make_result(**changed), "val_accuracy", "max")


def children(uri, parent):
    return MlflowClient(uri).search_runs([parent.experiment_id], f"tags.`mlflow.parentRunId` = '{parent.run_id}'")


def everything(uri, run):
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


def by_trial(uri, parent):
    return {run.data.tags["sweep.trial_id"]: everything(uri, run) for run in children(uri, parent)}


@pytest.fixture
def trials(make_result):
    """Trials that ended in every way, with text that a table could trip over."""
    runs = [
        described(make_result, seed=seed, status=status, epochs=7, diverged_step=5 if status == "DIVERGED" else None)
        for seed, status in enumerate(STATUSES)
    ]
    awkward = make_result(seed=9, error="tab\t, line\nend, back\\slash, quote ', \\N and ünïcode", status="FAILED")
    numbers = make_result(seed=10, curves={"val_accuracy": np.array([1e-300, 0.1 + 0.2, 1 / 3, 1.7e308])})
    return [*runs, *(trial_run(result, "val_accuracy", "max") for result in (awkward, numbers))]


def written_by_client(uri, open_parent, trials):
    parent = open_parent(uri)
    ClientSink(parent).write(trials)
    return by_trial(uri, parent)


def test_sqlite_in_bulk_gives_the_runs_that_the_client_gives(store_uri, tmp_path, fresh_record, open_parent, trials):
    expected = written_by_client(store_uri, open_parent, trials)
    store = SqliteStore(sqlite_path(store_uri))
    store.open(dataclasses.replace(fresh_record, plan_hash="other"), {}, "a description")
    store.write(trials)
    assert by_trial(store_uri, store) == expected
    assert len(expected) == 6
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as database:
        # What the client never shows.
        hidden = "source_type, source_name, entry_point_name, source_version, deleted_time"
        assert len(database.execute(f"SELECT DISTINCT {hidden} FROM runs").fetchall()) == 1
    (run, *_) = children(store_uri, store)
    assert run.info.artifact_uri.endswith(f"/mlartifacts/optimizer-sweeps/{run.info.run_id}/artifacts")


def test_postgresql_in_bulk_gives_the_runs_that_the_client_gives(postgresql, fresh_record, open_parent, trials):
    expected = written_by_client(postgresql, open_parent, trials)
    store = MlflowStore(postgresql)
    store.open(dataclasses.replace(fresh_record, plan_hash="other" + fresh_record.plan_hash), {}, "a description")
    assert isinstance(store._sink, PostgresqlSink)
    store.write(trials)
    assert by_trial(postgresql, store) == expected
    assert len(expected) == 6
    store.close()


def test_a_parent_run_in_sqlite_is_the_one_that_the_client_writes(store_uri, tmp_path, fresh_record):
    environment = {"mlflow.user": "ada", "python": "3.11"}
    by_itself, by_client = SqliteStore(sqlite_path(store_uri)), MlflowStore(store_uri)
    seen = []
    for number, store in enumerate((by_client, by_itself)):
        record = dataclasses.replace(fresh_record, plan_hash=str(number), experiment=f"experiment-{number}")
        store.open(record, environment, "a description")
        running = MlflowClient(store_uri).get_run(store.run_id)
        assert (running.info.status, running.info.end_time) == ("RUNNING", None)
        store.finish("FINISHED", {"best_val_accuracy": 0.5})
        store.log_artifacts({"config.yaml": record.config_yaml, "a/b.txt": "text"})
        client = MlflowClient(store_uri)
        info, params, metrics, tags, history, datasets = everything(store_uri, client.get_run(store.run_id))
        assert info.pop("end_time") >= info.pop("start_time") > 0
        assert tags.pop("sweep.plan_hash") == str(number)
        ((dataset, context),) = datasets
        experiment = client.get_experiment(store.experiment_id)
        kept = {key: value for key, value in experiment.tags.items() if "sharedViewState" not in key}
        views = {key: json.loads(value)["name"] for key, value in experiment.tags.items() if key not in kept}
        files = sorted(file.path for file in client.list_artifacts(store.run_id))
        values = {key: [(step, value) for step, _, value in points] for key, points in history.items()}
        location = experiment.artifact_location.replace(f"experiment-{number}", "experiment")
        seen.append((info, params, metrics, tags, values, dataset, context, kept, views, files, location))
    assert seen[1] == seen[0]
    assert seen[1][9] == ["a", "config.yaml"]


@pytest.fixture(params=["client", "postgresql"])
def kind(request):
    return request.param


@pytest.fixture
def uri(kind, request):
    return request.getfixturevalue("postgresql" if kind == "postgresql" else "store_uri")


def sink_of(kind, uri, parent):
    return ClientSink(parent) if kind == "client" else PostgresqlSink(uri, parent)


def test_more_metrics_than_a_call_may_hold_all_arrive(kind, uri, open_parent, make_result):
    parent = open_parent(uri)
    run = described(make_result, epochs=500, curves={"val_accuracy": np.arange(500.0)})
    assert len(run.points) > 2500
    sink = sink_of(kind, uri, parent)
    sink.write([run])
    sink.close()
    (written,) = children(uri, parent)
    history = MlflowClient(uri).get_metric_history(written.info.run_id, "val_accuracy")
    assert [point.value for point in history] == list(range(500))


def test_a_lost_answer_does_not_duplicate_a_run(kind, uri, open_parent, make_result, monkeypatch):
    parent = open_parent(uri)
    sink = sink_of(kind, uri, parent)
    runs = [described(make_result, seed=seed) for seed in range(3)]

    def lost(trial_id, run_id, outcome):
        raise MlflowException("the answer was lost")

    with monkeypatch.context() as patch:
        patch.setattr(parent, "remember", lost)
        with pytest.raises(MlflowException):
            sink.write(runs)
    sink.write(runs)
    sink.close()
    assert sorted(run.data.tags["seed"] for run in children(uri, parent)) == ["0", "1", "2"]


def runs_in(uri):
    import psycopg

    with psycopg.connect(uri.replace("+psycopg", "")) as connection:
        return connection.execute("SELECT count(*) FROM runs").fetchone()[0]


def test_a_refused_value_leaves_nothing_of_its_batch_in_postgresql(postgresql, open_parent, make_result):
    parent = open_parent(postgresql)
    before = runs_in(postgresql)
    sink = PostgresqlSink(postgresql, parent)
    good, bad = described(make_result), described(make_result, seed=1)
    # PostgreSQL has no NUL in a text.
    bad = dataclasses.replace(bad, tags={**bad.tags, "error": "\0"})
    with pytest.raises(MlflowException) as error:
        sink.write([good, bad])
    assert error.value.error_code == "BAD_REQUEST"
    assert runs_in(postgresql) == before
    sink.write([good])
    sink.close()
    assert len(children(postgresql, parent)) == 1


def test_a_connection_that_the_database_ended_is_opened_again(postgresql, open_parent, make_result):
    import psycopg

    parent = open_parent(postgresql)
    sink = PostgresqlSink(postgresql, parent)
    sink.write([described(make_result)])
    with psycopg.connect(postgresql.replace("+psycopg", ""), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (sink._connection.info.backend_pid,))
    again = described(make_result, seed=1)
    with pytest.raises(MlflowException) as error:
        sink.write([again])
    assert error.value.error_code == "TEMPORARILY_UNAVAILABLE"
    sink.write([again])
    sink.close()
    assert len(children(postgresql, parent)) == 2


def test_a_server_that_refuses_is_not_asked_for_the_whole_batch(store_uri, open_parent, make_result, monkeypatch):
    parent = open_parent(store_uri)
    sink = ClientSink(parent, 2)
    asked = []

    def refuse(*arguments):
        asked.append(arguments)
        time.sleep(0.01)
        raise MlflowException("no")

    monkeypatch.setattr(parent.client, "create_run", refuse)
    with pytest.raises(MlflowException, match="no"):
        sink.write([described(make_result, seed=seed) for seed in range(50)])
    sink.close()
    assert len(asked) < 10


def test_a_run_can_be_continued_with_the_client(uri, kind, open_parent, make_result):
    parent = open_parent(uri)
    sink = sink_of(kind, uri, parent)
    sink.write([described(make_result)])
    sink.close()
    (run,) = children(uri, parent)
    client = MlflowClient(uri)
    client.log_metric(run.info.run_id, "val_accuracy", 0.99, step=9)
    client.log_text(run.info.run_id, "hello", "note.txt")
    client.delete_run(run.info.run_id)
    client.restore_run(run.info.run_id)
    assert client.get_run(run.info.run_id).data.metrics["val_accuracy"] == 0.99
    assert [file.path for file in client.list_artifacts(run.info.run_id)] == ["note.txt"]


def test_a_database_of_another_revision_is_written_through_the_client(store_uri, postgresql, fresh_record, monkeypatch):
    assert isinstance(choose_store(store_uri, fresh_record.experiment), SqliteStore)
    monkeypatch.setattr("sweep.tracking.writers.sqlite.REVISION", "another")
    assert isinstance(choose_store(store_uri, fresh_record.experiment), MlflowStore)
    monkeypatch.setattr("sweep.tracking.writers.postgresql.REVISION", "another")
    store = choose_store(postgresql, fresh_record.experiment)
    store.open(fresh_record, {}, "a description")
    assert isinstance(store._sink, ClientSink)
    store.close()
