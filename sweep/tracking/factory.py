"""Chooses the fastest writer that is known to work with a store."""

from __future__ import annotations

from sweep.system.locations import sqlite_path
from sweep.tracking.store import SweepStore
from sweep.tracking.writers.sqlite import SqliteStore, is_known


def choose_store(uri: str, experiment: str, database: str | None = None) -> SweepStore:
    """The fastest store that is known to work.

    Args:
        uri: address from ``resolve_uri``.
        experiment: name of the experiment.
        database: the database behind the server at ``uri``, if the trials may be written past the server.
    """
    path = sqlite_path(uri)
    if path is not None and is_known(path, experiment):
        return SqliteStore(path)
    # Only now is MLflow imported, which costs a second of CPU.
    from sweep.tracking.writers.mlflow import MlflowStore

    return MlflowStore(uri, database)
