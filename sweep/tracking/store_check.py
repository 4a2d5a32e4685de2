"""Checks before training that the MLflow store of a sweep is writable."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from sweep.errors import TrackingError
from sweep.errors.masking import without_secrets
from sweep.system.locations import sqlite_path, sqlite_query
from sweep.tracking.addresses import SERVER_SECONDS, ask_server, is_server
from sweep.tracking.database_check import check_behind_server, check_database
from sweep.tracking.revisions import VERSION_TABLE, check_revision
from sweep.tracking.sources import KEY, Source

DATABASES = ("sqlite", "postgresql", "mysql", "mssql")


def check_store(uri: str, experiment: str | None = None, database: str | None = None, source: Source = KEY) -> None:
    """Refuse a store that is not writable; takes at most a few seconds and creates nothing.

    Args:
        uri: address from ``resolve_uri``.
        experiment: name of the experiment, which must not be deleted in the store.
        database: ``tracking.store``, the database of the server at ``uri``.
        source: origin of the address.

    Raises:
        TrackingError: if the store is refused.
    """
    scheme = urlsplit(uri).scheme.partition("+")[0].lower()
    path = sqlite_path(uri)
    if database is not None:
        check_behind_server(database, uri, source)
    if path is not None:
        _check_sqlite(uri, path, experiment, source)
    elif is_server(uri):
        _check_server(uri, experiment, source)
    elif scheme not in DATABASES or scheme == "sqlite":
        raise _unsupported(uri, scheme, source)
    else:
        check_database(uri, source.named)


def _unsupported(uri: str, scheme: str, source: Source) -> TrackingError:
    shown = without_secrets(uri)
    if uri == "databricks" or scheme == "databricks" or uri.startswith("arn:"):
        return TrackingError(
            f"{source.named} must be an MLflow server, a database or a SQLite file, as sweeps do not write to "
            f"Databricks or SageMaker. Received: {shown!r}. "
            f"{source.correct.capitalize()}, such as to `sqlite:///mlflow.db`, or {source.default}."
        )
    if scheme == "postgres":
        right = without_secrets(uri.replace(uri[: len("postgres")], "postgresql", 1))
        return TrackingError(
            f"{source.named} must start with postgresql:// for PostgreSQL. Received: {shown!r}. "
            f"Write {right!r}, with the password where it is masked."
        )
    if scheme in ("", "file"):
        return TrackingError(
            f"{source.named} must not be a folder, because MLflow refuses its file store. Received: {shown!r}. "
            f"{source.correct.capitalize()}, such as to `sqlite:///mlflow.db` or a server's, or {source.default}."
        )
    if scheme == "sqlite":
        return TrackingError(
            f"{source.named} must name a file. Received: {shown!r}. "
            "Use `sqlite:///mlflow.db`, with three slashes, or four before an absolute path."
        )
    return TrackingError(
        f"{source.named} must start with http, https, sqlite, postgresql, mysql or mssql. Received: {shown!r}. "
        f"{source.correct.capitalize()}, such as to `sqlite:///mlflow.db`, or {source.default}."
    )


def _check_sqlite(uri: str, path: Path, experiment: str | None, source: Source) -> None:
    if path.name in ("", ":memory:") or str(path).startswith("file:"):
        raise TrackingError(f"{source.named} must name a file. Received: {uri!r}. Use `sqlite:///mlflow.db`.")
    if re.search(r"[?&]uri=", sqlite_query(uri)):
        raise TrackingError(
            f"{source.named} must name the file itself, without `uri=`. Received: {uri!r}. Use `sqlite:///mlflow.db`."
        )
    folder = path.absolute().parent
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise TrackingError(
            f"{source.named} must lie in a folder that can be written. Received: {uri!r}. "
            "Choose another folder or change its permissions."
        )
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path, timeout=SERVER_SECONDS)) as database:
            database.execute("BEGIN IMMEDIATE")
            tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            revisions = _column(database, tables, VERSION_TABLE, f"SELECT version_num FROM {VERSION_TABLE}")
            deleted = _column(
                database, tables, "experiments", "SELECT name FROM experiments WHERE lifecycle_stage = 'deleted'"
            )
            database.rollback()
    except sqlite3.Error as error:
        raise TrackingError(
            f"{source.named} must be a SQLite file that can be written ({error}). Received: {uri!r}. "
            "Close what holds the file, change its permissions, or choose another one."
        ) from error
    check_revision(uri, revisions, tables - {"sqlite_sequence", "sqlite_stat1"}, source.named)
    _check_experiment(experiment, experiment in deleted)


def _column(database: sqlite3.Connection, tables: set[str], table: str, query: str) -> set[str]:
    return {str(row[0]) for row in database.execute(query)} if table in tables else set()


def _check_server(uri: str, experiment: str | None, source: Source) -> None:
    response = ask_server(uri, "experiments/get-by-name", {"experiment_name": experiment or "Default"}, source)
    if response.status_code in (401, 403):
        raise TrackingError(
            f"{source.named} refused the credentials (HTTP {response.status_code}). "
            f"Received: {without_secrets(uri)!r}. "
            "Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN."
        )
    if response.status_code not in (200, 404) or "json" not in response.headers.get("Content-Type", ""):
        raise TrackingError(
            f"{source.named} must be an MLflow server, but it answered HTTP {response.status_code}. "
            f"Received: {without_secrets(uri)!r}. {source.correct.capitalize()}."
        )
    stage = response.json().get("experiment", {}).get("lifecycle_stage")
    _check_experiment(experiment, stage == "deleted")


def _check_experiment(experiment: str | None, deleted: bool) -> None:
    if deleted:
        raise TrackingError(
            f"`tracking.experiment` must not be a deleted experiment. Received: {experiment!r}. "
            "Restore it with `mlflow experiments restore`, or choose another name."
        )
