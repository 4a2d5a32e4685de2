"""What is read from a SQLite file of MLflow, against what MLflow's own client has written there."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from mlflow import MlflowClient

from sweep.system.locations import sqlite_path
from sweep.tracking.writers import sqlite_queries
from sweep.tracking.writers.rows import Place


@pytest.fixture
def database(store_uri):
    MlflowClient(store_uri).create_experiment("here", "/artifacts")
    with closing(sqlite3.connect(sqlite_path(store_uri))) as connection:
        yield connection


def run_of(client, experiment, **tags):
    named = {key.replace("__", "."): value for key, value in tags.items()}
    run_id = client.create_run(experiment, tags=named).info.run_id
    client.set_terminated(run_id)
    return run_id


def test_an_experiment_is_found_by_its_name_unless_it_is_deleted(store_uri, database):
    client = MlflowClient(store_uri)
    experiment = client.get_experiment_by_name("here").experiment_id
    assert sqlite_queries.has_tables(database)
    assert sqlite_queries.find_experiment(database, "here") == (experiment, "/artifacts")
    client.delete_experiment(experiment)
    assert sqlite_queries.find_experiment(database, "here") == (None, None)
    with closing(sqlite3.connect(":memory:")) as empty:
        assert not sqlite_queries.has_tables(empty)


def test_a_parent_is_found_by_its_plan_and_its_trials_by_their_parent(store_uri, database):
    client = MlflowClient(store_uri)
    experiment = client.get_experiment_by_name("here").experiment_id
    parent = run_of(client, experiment, sweep__plan_hash="ab")
    run_of(client, experiment, sweep__plan_hash="cd")
    trial = run_of(client, experiment, mlflow__parentRunId=parent, sweep__trial_id="t1", status="STOPPED")
    run_of(client, experiment, mlflow__parentRunId="other", sweep__trial_id="t2", status="STOPPED")
    half = client.create_run(experiment, tags={"mlflow.parentRunId": parent, "sweep.trial_id": "t3"}).info.run_id
    assert sqlite_queries.find_parent(database, experiment, "ab") == parent
    assert sqlite_queries.find_parent(database, experiment, "ef") is None
    found = dict(sqlite_queries.runs_of_trials(database, Place(parent, experiment, "/artifacts")))
    assert found == {"t1": (trial, "STOPPED"), "t3": (half, "")}


def test_outcomes_are_of_active_runs_alone_however_many_are_asked(store_uri, database):
    client = MlflowClient(store_uri)
    experiment = client.get_experiment_by_name("here").experiment_id
    stopped = run_of(client, experiment, status="STOPPED")
    plain = run_of(client, experiment)
    deleted = run_of(client, experiment, status="STOPPED")
    client.delete_run(deleted)
    asked = [stopped, *(f"{number:032x}" for number in range(1200)), plain, deleted]
    assert sqlite_queries.outcomes_of(database, asked) == {stopped: "STOPPED", plain: "", deleted: None}
