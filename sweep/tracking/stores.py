"""Finds the MLflow store that a sweep writes to, and tells before any training whether it can be written."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sweep.errors import TrackingError
from sweep.tracking.quiet import hush_mlflow

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
    chosen = uri or environ.get("MLFLOW_TRACKING_URI") or "sqlite:///mlflow.db"
    relative = re.fullmatch(r"sqlite:///([^/:].*)", chosen)
    return f"sqlite:///{(folder / relative[1]).absolute()}" if relative else chosen


def is_server(uri: str) -> bool:
    """Tell whether the store is a tracking server and not a database or a folder.

    >>> is_server("https://mlflow.example.org"), is_server("sqlite:///mlflow.db")
    (True, False)
    """
    return urlsplit(uri).scheme in ("http", "https")


def sqlite_path(uri: str) -> Path | None:
    """The file of a SQLite store; None for every other store.

    >>> sqlite_path("sqlite:////data/mlflow.db")
    PosixPath('/data/mlflow.db')
    """
    return Path(unquote(uri.removeprefix("sqlite:///"))) if uri.startswith("sqlite:///") else None


def artifact_folder(uri: str) -> Path | None:
    """Where artifacts go: beside a SQLite file, in the working directory for a database, as a server decides."""
    path = sqlite_path(uri)
    if path is not None:
        return path.absolute().parent / "mlartifacts"
    return None if is_server(uri) else Path.cwd() / "mlartifacts"


def check_store(uri: str, experiment: str | None = None, database: str | None = None) -> None:
    """Refuse a store that can't be written; it takes a few seconds at the most and creates nothing.

    Args:
        uri: address from ``resolve_uri``.
        experiment: name of the experiment, which must not be among the deleted ones.
        database: ``tracking.store``, the database behind the server at ``uri``.

    Raises:
        TrackingError: one sentence with the way out.
    """
    # It builds on this module.
    from sweep.tracking.databases import check_behind_server, check_database

    scheme = urlsplit(uri).scheme.partition("+")[0]
    path = sqlite_path(uri)
    if database is not None:
        check_behind_server(database, uri)
    if path is not None:
        _check_sqlite(uri, path, experiment)
    elif is_server(uri):
        _check_server(uri, experiment)
    elif scheme in ("", "file"):
        raise TrackingError(
            f"`tracking.uri` must not be a folder, because MLflow refuses its file store. Received: {uri!r}. "
            "Use `sqlite:///mlflow.db` or the address of a server."
        )
    elif scheme not in DATABASES:
        raise TrackingError(
            f"`tracking.uri` must start with http, https, sqlite, postgresql, mysql or mssql. Received: {uri!r}. "
            "Use `sqlite:///mlflow.db` for a file on this machine."
        )
    else:
        check_database(uri)


def _check_sqlite(uri: str, path: Path, experiment: str | None) -> None:
    if path.name in ("", ":memory:"):
        raise TrackingError(f"`tracking.uri` must name a file. Received: {uri!r}. Use `sqlite:///mlflow.db`.")
    folder = path.absolute().parent
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise TrackingError(
            f"`tracking.uri` must lie in a folder that can be written. Received: {uri!r}. "
            "Choose another folder or change its permissions."
        )
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path, timeout=SERVER_SECONDS)) as database:
            database.execute("BEGIN IMMEDIATE")
            tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            revisions = _column(database, tables, "alembic_version", "SELECT version_num FROM alembic_version")
            deleted = _column(
                database, tables, "experiments", "SELECT name FROM experiments WHERE lifecycle_stage = 'deleted'"
            )
            database.rollback()
    except sqlite3.Error as error:
        raise TrackingError(
            f"`tracking.uri` must be a SQLite file that can be written ({error}). Received: {uri!r}. "
            "Close what holds the file, change its permissions, or choose another one."
        ) from error
    check_revision(uri, revisions)
    _check_experiment(experiment, experiment in deleted)


def _column(database: sqlite3.Connection, tables: set[str], table: str, query: str) -> set[str]:
    return {str(row[0]) for row in database.execute(query)} if table in tables else set()


def _check_server(uri: str, experiment: str | None) -> None:
    response = ask_server(uri, "experiments/get-by-name", {"experiment_name": experiment or "Default"})
    if response.status_code in (401, 403):
        raise TrackingError(
            f"`tracking.uri` refused the credentials (HTTP {response.status_code}). "
            f"Received: {without_password(uri)!r}. "
            "Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN."
        )
    if response.status_code not in (200, 404) or "json" not in response.headers.get("Content-Type", ""):
        raise TrackingError(
            f"`tracking.uri` must be an MLflow server, but it answered HTTP {response.status_code}. "
            f"Received: {without_password(uri)!r}. Correct the address."
        )
    stage = response.json().get("experiment", {}).get("lifecycle_stage")
    _check_experiment(experiment, stage == "deleted")


def ask_server(uri: str, call: str, parameters: Mapping[str, str]) -> Any:
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
            f"`tracking.uri` must be a server that answers. Received: {without_password(uri)!r}. "
            "Start it, correct the address, or leave the key out to write to a local file."
        ) from error


def _check_experiment(experiment: str | None, deleted: bool) -> None:
    if deleted:
        raise TrackingError(
            f"`tracking.experiment` must not be a deleted experiment. Received: {experiment!r}. "
            "Restore it with `mlflow experiments restore`, or choose another name."
        )


def check_revision(uri: str, revisions: set[str], key: str = "tracking.uri") -> None:
    """Refuse a database whose schema is not that of the installed MLflow; an empty one has none."""
    if revisions and not revisions <= schema_heads():
        raise TrackingError(
            f"`{key}` has the schema of another MLflow version ({', '.join(sorted(revisions))}). "
            f"Received: {without_password(uri)!r}. "
            "Back it up and run `mlflow db upgrade`, or use a new file."
        )


def schema_heads() -> set[str]:
    """Newest schema revisions of the installed MLflow, read from its migration scripts without importing it."""
    package = find_spec("mlflow")
    if package is None or package.origin is None:
        raise TrackingError("`tracking` needs MLflow, which is not installed. Run `pip install mlflow`.")
    scripts = (Path(package.origin).parent / "store" / "db_migrations" / "versions").glob("*.py")
    revisions: set[str] = set()
    replaced: set[str] = set()
    for script in scripts:
        text = script.read_text(encoding="utf-8")
        revisions.update(re.findall(r"^revision = [\"'](\w+)[\"']", text, re.MULTILINE))
        replaced.update(re.findall(r"^down_revision = [\"'](\w+)[\"']", text, re.MULTILINE))
    return revisions - replaced


def without_password(uri: str) -> str:
    """The address as it may be shown.

    >>> without_password("postgresql://ada:secret@localhost/mlflow")
    'postgresql://ada:***@localhost/mlflow'
    """
    return re.sub(r"(://[^:/@]+):[^@]+@", r"\1:***@", uri)
