"""The tables that the package creates by itself must be those that the installed MLflow creates."""

from __future__ import annotations

from pathlib import Path

import pytest
from mlflow import MlflowClient

from sweep.tracking import SweepWriter
from sweep.tracking import sqlite_template as schema
from sweep.tracking.internals import schema_revisions
from sweep.tracking.sqlite_template import REVISION, dump, statements


def in_one_order(created):
    """MLflow creates some indexes and constraints in no fixed order."""
    return sorted(sorted(line.rstrip(",") for line in statement.splitlines()) for statement in created)


@pytest.mark.usefixtures("known_tables")
def test_the_tables_are_those_that_the_installed_mlflow_creates(template_database, tmp_path):
    assert schema_revisions()[0] == {REVISION}
    script = tmp_path / "cache" / "tables.sql"
    assert in_one_order(statements(script)) == in_one_order(dump(template_database))


@pytest.mark.usefixtures("known_tables")
def test_the_tables_are_created_once_and_then_remembered(template_database, tmp_path, monkeypatch):
    created = []

    def create():
        created.append(1)
        return dump(template_database)

    monkeypatch.setattr(schema, "create", create)
    script = tmp_path / "cache" / "tables.sql"
    assert statements(script) == statements(script) == dump(template_database)
    assert len(created) == 1
    script.write_text("CREATE TABLE half")
    assert statements(script) == dump(template_database)
    assert len(created) == 2


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(template_database, tmp_path, monkeypatch):
    monkeypatch.setattr(schema, "create", lambda: dump(template_database))
    (tmp_path / "file").write_text("")
    assert statements(tmp_path / "file" / "tables.sql") == dump(template_database)


def test_a_new_file_is_one_that_mlflow_goes_on_with(tmp_path, record, make_result):
    uri = f"sqlite:///{tmp_path / 'new' / 'mlflow.db'}"
    with SweepWriter(uri, record, tmp_path) as writer:
        writer.log_trial(make_result())
    client = MlflowClient(uri)
    assert client.get_experiment("0").name == "Default"
    (run,) = client.search_runs([writer.experiment_id], "tags.seed = '0'")
    assert run.data.metrics["final_val_accuracy"] == 0.75
    own = client.create_run("0")
    client.log_metric(own.info.run_id, "loss", 1.0)
    assert client.get_run(own.info.run_id).data.metrics == {"loss": 1.0}


def test_artifacts_replace_those_of_an_earlier_start(tmp_path, record):
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    folder = tmp_path / "figures"
    folder.mkdir()
    for text in ("one", "two"):
        (folder / "curve.txt").write_text(text)
        with SweepWriter(uri, record, tmp_path) as writer:
            writer.finish("FINISHED", {"figures": folder, "raw": b"\x00"}, {})
    client = MlflowClient(uri)
    copy = Path(client.download_artifacts(writer.parent_run_id, "figures/curve.txt", str(tmp_path)))
    assert copy.read_text() == "two"
