"""Chooses the fastest writer that is known to work with a store."""

from __future__ import annotations

from sweep.locations import sqlite_path
from sweep.tracking.sqlite_store import SqliteStore, is_known
from sweep.tracking.store import SweepStore


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
    from sweep.tracking.mlflow_store import MlflowStore

    return MlflowStore(uri, database)
