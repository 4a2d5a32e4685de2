"""Runs written straight into a SQLite file are those that MLflow's client writes."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from mlflow import MlflowClient

from sweep.system.locations import sqlite_path
from sweep.tracking.trial_runs import STATUS_TAG
from sweep.tracking.writers.mlflow import MlflowStore
from sweep.tracking.writers.sqlite import SqliteStore, is_known


def test_sqlite_in_bulk_gives_the_runs_that_the_client_gives(
    store_uri, tmp_path, fresh_record, open_parent, trials, children, by_trial, written_by_client
):
    expected = written_by_client(store_uri, open_parent, trials)
    store = SqliteStore(sqlite_path(store_uri))
    store.open(dataclasses.replace(fresh_record, plan_hash="other"), {}, "a description")
    store.write(trials)
    assert by_trial(store_uri, store) == expected
    assert len(expected) == 8
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as database:
        # What the client never shows.
        hidden = "source_type, source_name, entry_point_name, source_version, deleted_time"
        assert len(database.execute(f"SELECT DISTINCT {hidden} FROM runs").fetchall()) == 1
    (run, *_) = children(store_uri, store)
    assert run.info.artifact_uri.endswith(f"/mlartifacts/optimizer-sweeps/{run.info.run_id}/artifacts")


def test_a_parent_run_in_sqlite_is_the_one_that_the_client_writes(store_uri, tmp_path, fresh_record, everything):
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


def test_sweeps_that_start_at_once_on_a_missing_file_all_get_in(tmp_path, record):
    path = tmp_path / "mlflow.db"

    def start(number):
        store = SqliteStore(path)
        store.open(type(record)(**{**vars(record), "plan_hash": str(number)}), {}, "")
        store.close()
        return store.experiment_id

    with ThreadPoolExecutor(8) as threads:
        experiments = set(threads.map(start, range(16)))
    with closing(sqlite3.connect(path)) as database:
        runs = database.execute("SELECT experiment_id FROM runs").fetchall()
        assert database.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)
    assert experiments == {"1"}
    assert runs == 16 * [(1,)]


@pytest.mark.usefixtures("known_tables")
def test_a_file_that_mlflow_wrote_differently_is_left_to_its_client(tmp_path, store_uri):
    path = tmp_path / "mlflow.db"
    assert is_known(path, "e")
    assert is_known(tmp_path / "missing.db", "e")
    client = MlflowClient(store_uri)
    client.create_experiment("here", (tmp_path / "artifacts").as_uri())
    client.create_experiment("elsewhere", "s3://bucket/artifacts")
    assert is_known(path, "here")
    assert not is_known(path, "elsewhere")
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE alembic_version SET version_num = 'another'")
        database.commit()
    assert not is_known(path, "here")


def test_two_processes_that_write_a_sweep_at_once_write_one_run_of_each_trial(
    store_uri, fresh_record, trials, children
):
    """Both have opened the store before either has written."""
    one, other = SqliteStore(sqlite_path(store_uri)), SqliteStore(sqlite_path(store_uri))
    for store in (one, other):
        store.open(fresh_record, {}, "")
    one.write(trials[:5])
    other.write(trials[3:])
    one.write(trials)
    other.write(trials)
    assert one.run_ids() == other.run_ids()
    assert sorted(run.info.run_id for run in children(store_uri, one)) == sorted(one.run_ids().values())
    assert len(one.run_ids()) == len(trials) == 8


def test_a_trial_that_ended_differently_elsewhere_has_the_run_of_its_last_end(
    store_uri, fresh_record, trials, children
):
    one, other = SqliteStore(sqlite_path(store_uri)), SqliteStore(sqlite_path(store_uri))
    for store in (one, other):
        store.open(fresh_record, {}, "")
    trial = trials[0]
    failed = dataclasses.replace(trial, outcome="FAILED", tags={**trial.tags, STATUS_TAG: "FAILED"})
    one.write([failed])
    other.write([dataclasses.replace(trial, outcome="COMPLETED", tags={**trial.tags, STATUS_TAG: "COMPLETED"})])
    (run,) = children(store_uri, other)
    assert run.data.tags[STATUS_TAG] == "COMPLETED"
