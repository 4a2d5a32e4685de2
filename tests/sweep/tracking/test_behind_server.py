"""The writer over a server whose database it was told: trials go past the server, the rest through it."""

from __future__ import annotations

import dataclasses

import pytest
from mlflow import MlflowClient

from sweep.errors import TrackingError
from sweep.tracking import SweepWriter, check_store
from sweep.tracking.writers.client import ClientSink


@pytest.fixture
def record(record):
    return dataclasses.replace(record, experiment="through-a-server")


@pytest.fixture(scope="module")
def server(postgresql, make_server):
    with make_server(database=postgresql) as running:
        yield running


def plain(uri):
    """As the user writes it in the configuration."""
    return uri.replace("postgresql+psycopg:", "postgresql:")


@pytest.mark.usefixtures("known_tables")
def test_trials_go_into_the_database_and_show_on_the_server(
    server, postgresql, tmp_path, record, make_result, monkeypatch
):
    monkeypatch.setattr(ClientSink, "write", None)
    check_store(server.uri, record.experiment, plain(postgresql))
    with SweepWriter(server.uri, record, tmp_path, database=plain(postgresql)) as writer:
        for seed in range(3):
            writer.log_trial(make_result(seed=seed))
        report = writer.finish("FINISHED", {"leaderboard.csv": "arm\n"}, {})
    assert (report.written, report.failed, report.error) == (3, 0, None)
    assert report.url.startswith(server.uri)
    client = MlflowClient(server.uri)
    runs = client.search_runs([writer.experiment_id], f"tags.`mlflow.parentRunId` = '{writer.parent_run_id}'")
    assert sorted(run.data.tags["seed"] for run in runs) == ["0", "1", "2"]
    client.log_text(runs[0].info.run_id, "hello", "note.txt")
    for run_id, file in ((runs[0].info.run_id, "note.txt"), (writer.parent_run_id, "leaderboard.csv")):
        assert file in [entry.path for entry in client.list_artifacts(run_id)]


def test_without_the_database_trials_go_through_the_server_several_at_a_time(server, tmp_path, record, make_result):
    record = dataclasses.replace(record, plan_hash="through")
    with SweepWriter(server.uri, record, tmp_path) as writer:
        for seed in range(12):
            writer.log_trial(make_result(seed=seed))
        report = writer.finish("FINISHED", {}, {})
    assert (report.written, report.failed) == (12, 0)
    client = MlflowClient(server.uri)
    runs = client.search_runs([writer.experiment_id], f"tags.`mlflow.parentRunId` = '{writer.parent_run_id}'")
    assert sorted(int(run.data.tags["seed"]) for run in runs) == list(range(12))
    assert {run.info.status for run in runs} == {"FINISHED"}


def test_the_database_of_another_server_is_refused(server, postgresql, make_server):
    import psycopg

    other = postgresql.replace("/postgres", "/other")
    with psycopg.connect(plain(postgresql), autocommit=True) as connection:
        connection.execute("CREATE DATABASE other")
    MlflowClient(other)._tracking_client.store.engine.dispose()
    with pytest.raises(TrackingError, match=r"`tracking.store` must be the database of the server"):
        check_store(server.uri, None, plain(other))


def test_a_database_that_does_not_answer_is_named_by_its_key(server):
    with pytest.raises(TrackingError, match=r"`tracking.store` must be a database that answers"):
        check_store(server.uri, None, "postgresql://ada@127.0.0.1:1/mlflow")
