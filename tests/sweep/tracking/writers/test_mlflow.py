"""A database of another revision is written through MLflow's client."""

from __future__ import annotations

import pytest

from sweep.tracking.factory import choose_store
from sweep.tracking.writers.client import ClientSink
from sweep.tracking.writers.mlflow import MlflowStore
from sweep.tracking.writers.sqlite import SqliteStore


@pytest.mark.usefixtures("known_tables")
def test_a_database_of_another_revision_is_written_through_the_client(store_uri, postgresql, fresh_record, monkeypatch):
    assert isinstance(choose_store(store_uri, fresh_record.experiment), SqliteStore)
    monkeypatch.setattr("sweep.tracking.writers.sqlite.REVISION", "another")
    assert isinstance(choose_store(store_uri, fresh_record.experiment), MlflowStore)
    monkeypatch.setattr("sweep.tracking.writers.postgresql.REVISION", "another")
    store = choose_store(postgresql, fresh_record.experiment)
    store.open(fresh_record, {}, "a description")
    assert isinstance(store._sink, ClientSink)
    store.close()
