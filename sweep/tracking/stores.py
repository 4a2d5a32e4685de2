"""Finds the MLflow store that a sweep writes to, and tells before any training whether it can be written."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sweep.errors import TrackingError
from sweep.locations import sqlite_address, sqlite_path, sqlite_query, with_home
from sweep.masking import without_secrets
from sweep.tracking.quiet import hush_mlflow
from sweep.tracking.revisions import VERSION_TABLE, check_revision
from sweep.tracking.sources import KEY, VARIABLE, Source

DATABASES = ("sqlite", "postgresql", "mysql", "mssql")
SERVER_SECONDS = 5
"""How long a server may take to answer before it counts as down."""


def resolve_uri(uri: str | None, environ: Mapping[str, str], folder: Path) -> str:
    """Address of the store: the configuration's, else the environment's, else a file in ``folder``.

    Args:
        uri: ``tracking.uri`` of the configuration.
        environ: the environment; ``MLFLOW_TRACKING_URI`` counts.
        folder: where the default ``mlflow.db`` lies.

    >>> resolve_uri(None, {}, Path("/home/ada"))
    'sqlite:////home/ada/mlflow.db'
    >>> resolve_uri(None, {"MLFLOW_TRACKING_URI": "http://localhost:5000"}, Path("/home/ada"))
    'http://localhost:5000'
    """
    chosen = with_home(uri or environ.get(VARIABLE) or "sqlite:///mlflow.db")
    path = sqlite_path(chosen)
    # What is not an absolute file lies in `folder`; a database in memory is refused by `check_store`.
    if path is None or str(path) in (".", ":memory:") or str(path).startswith("file:"):
        return chosen
    return sqlite_address(folder.absolute() / path, sqlite_query(chosen))


def mlflow_address(uri: str) -> str:
    """The address by which MLflow opens exactly the file of a SQLite store; any other stays as it is.

    MLflow makes the folder of ``sqlite:///...`` without reading the quoted characters in it, which leaves an empty
    folder of another name behind. It does not where the address names the driver too.

    >>> mlflow_address("sqlite:////data/mlflow.db"), mlflow_address("sqlite:////data/a%3Fb/mlflow.db")
    ('sqlite:////data/mlflow.db', 'sqlite+pysqlite:////data/a%3Fb/mlflow.db')
    """
    path = sqlite_path(uri)
    if path is None or "%" not in uri:
        return uri
    return re.sub(r"^sqlite(\+pysqlite)?:", "sqlite+pysqlite:", uri)


def is_server(uri: str) -> bool:
    """Tell whether the store is a tracking server and not a database or a folder.

    >>> is_server("https://mlflow.example.org"), is_server("sqlite:///mlflow.db")
    (True, False)
    """
    return urlsplit(uri).scheme in ("http", "https")


def artifact_folder(uri: str) -> Path | None:
    """Where artifacts go: beside a SQLite file, in the working directory for a database, as a server decides."""
    path = sqlite_path(uri)
    if path is not None:
        return path.absolute().parent / "mlartifacts"
    return None if is_server(uri) else Path.cwd() / "mlartifacts"


def check_store(uri: str, experiment: str | None = None, database: str | None = None, source: Source = KEY) -> None:
    """Refuse a store that can't be written; it takes a few seconds at the most and creates nothing.

    Args:
        uri: address from ``resolve_uri``.
        experiment: name of the experiment, which must not be among the deleted ones.
        database: ``tracking.store``, the database behind the server at ``uri``.
        source: what gave the address.

    Raises:
        TrackingError: one sentence with the way out.
    """
    # It builds on this module.
    from sweep.tracking.databases import check_behind_server, check_database

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


def ask_server(uri: str, call: str, parameters: Mapping[str, str], source: Source = KEY) -> Any:
    """The response of a server to a question; needs an answer, which may be a refusal.

    Raises:
        TrackingError: when there is none.
    """
    hush_mlflow()
    from mlflow.exceptions import MlflowException
    from mlflow.utils.credentials import get_default_host_creds
    from mlflow.utils.rest_utils import http_request

    try:
        return http_request(  # type: ignore[no-untyped-call]
            get_default_host_creds(uri),  # type: ignore[no-untyped-call]
            f"/api/2.0/mlflow/{call}",
            "GET",
            params=dict(parameters),
            max_retries=0,
            timeout=SERVER_SECONDS,
            raise_on_status=False,
        )
    except MlflowException as error:
        raise TrackingError(
            f"{source.named} must be a server that answers. Received: {without_secrets(uri)!r}. "
            f"Start it, such as with `mlflow server --port {_port(uri)}`, {source.correct}, or {source.default}."
        ) from error


def _port(uri: str) -> int:
    found = re.search(r":(\d{1,5})(?:/|$)", uri)
    return int(found[1]) if found else 5000


def _check_experiment(experiment: str | None, deleted: bool) -> None:
    if deleted:
        raise TrackingError(
            f"`tracking.experiment` must not be a deleted experiment. Received: {experiment!r}. "
            "Restore it with `mlflow experiments restore`, or choose another name."
        )
