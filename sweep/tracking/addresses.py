"""Resolves the address of the MLflow store that a sweep writes to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sweep.errors import TrackingError
from sweep.errors.masking import without_secrets
from sweep.system.locations import sqlite_address, sqlite_path, sqlite_query, with_home
from sweep.tracking.console import silence_mlflow
from sweep.tracking.internals import get
from sweep.tracking.sources import KEY, VARIABLE, Source

SERVER_SECONDS = 5
"""How long a server may take to answer before it counts as down."""


def resolve_uri(uri: str | None, environ: Mapping[str, str], folder: Path) -> str:
    """Return the address of the store: from the configuration, the environment, or else a file in ``folder``.

    Args:
        uri: ``tracking.uri`` of the configuration.
        environ: the environment, of which ``MLFLOW_TRACKING_URI`` is used.
        folder: folder of the default ``mlflow.db``.

    >>> resolve_uri(None, {}, Path("/home/ada"))
    'sqlite:////home/ada/mlflow.db'
    >>> resolve_uri(None, {"MLFLOW_TRACKING_URI": "http://localhost:5000"}, Path("/home/ada"))
    'http://localhost:5000'
    """
    chosen = with_home(uri or environ.get(VARIABLE) or "sqlite:///mlflow.db")
    path = sqlite_path(chosen)
    # Relative paths are relative to `folder`; `check_store` refuses in-memory databases.
    if path is None or str(path) in (".", ":memory:") or str(path).startswith("file:"):
        return chosen
    return sqlite_address(folder.absolute() / path, sqlite_query(chosen))


def mlflow_address(uri: str) -> str:
    """Return the address with which MLflow opens exactly the file of a SQLite store; others are unchanged.

    MLflow creates the folder of ``sqlite:///...`` without unquoting its name, which leaves an empty folder of another
    name behind. It does not do so if the address includes the driver.

    >>> mlflow_address("sqlite:////data/mlflow.db"), mlflow_address("sqlite:////data/a%3Fb/mlflow.db")
    ('sqlite:////data/mlflow.db', 'sqlite+pysqlite:////data/a%3Fb/mlflow.db')
    """
    path = sqlite_path(uri)
    if path is None or "%" not in uri:
        return uri
    return re.sub(r"^sqlite(\+pysqlite)?:", "sqlite+pysqlite:", uri)


def is_server(uri: str) -> bool:
    """Whether the store is a tracking server and not a database or folder.

    >>> is_server("https://mlflow.example.org"), is_server("sqlite:///mlflow.db")
    (True, False)
    """
    return urlsplit(uri).scheme in ("http", "https")


def artifact_folder(uri: str) -> Path | None:
    """Return the artifact folder: next to a SQLite file, the working directory for a database, None for a server."""
    path = sqlite_path(uri)
    if path is not None:
        return path.absolute().parent / "mlartifacts"
    return None if is_server(uri) else Path.cwd() / "mlartifacts"


def ask_server(uri: str, call: str, parameters: Mapping[str, str], source: Source = KEY) -> Any:
    """Send a request to a server and return the response, which may be an error status.

    Raises:
        TrackingError: if there is no response.
    """
    silence_mlflow()
    try:
        return get(uri, f"/api/2.0/mlflow/{call}", parameters, SERVER_SECONDS)
    except OSError as error:
        raise TrackingError(
            f"{source.named} must be a server that answers. Received: {without_secrets(uri)!r}. "
            f"Start it, such as with `mlflow server --port {_port(uri)}`, {source.correct}, or {source.default}."
        ) from error


def _port(uri: str) -> int:
    found = re.search(r":(\d{1,5})(?:/|$)", uri)
    return int(found[1]) if found else 5000
