"""Chooses the fastest writer that works with a store."""

from __future__ import annotations

from sweep.system.locations import sqlite_path
from sweep.tracking.store import SweepStore
from sweep.tracking.writers.sqlite import SqliteStore, is_known


def choose_store(uri: str, experiment: str, database: str | None = None) -> SweepStore:
    """Return the fastest writer that works with a store.

    Args:
        uri: address from ``resolve_uri``.
        experiment: name of the experiment.
        database: the database of the server at ``uri``, if trials may be written to it directly.
    """
    path = sqlite_path(uri)
    if path is not None and is_known(path, experiment):
        return SqliteStore(path)
    # Importing MLflow takes a second of CPU time, so that it is done only here.
    from sweep.tracking.writers.mlflow import MlflowStore

    return MlflowStore(uri, database)
