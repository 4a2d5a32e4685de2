"""Wraps undocumented parts of MLflow, each with a fallback for versions in which it is missing.

Tested with the MLflow versions in ``pyproject.toml``. If a part has changed, a public API is used, which is slower or
less informative, and the user is notified once.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sweep.errors import TrackingError

SCRIPTS = Path("store", "db_migrations", "versions")
"""Folder of the schema migrations in an installed MLflow."""

_fallbacks: dict[str, str] = {}


def fallbacks() -> tuple[str, ...]:
    """Return the fallbacks in use because of the version of MLflow, one sentence each, and clear the list."""
    said = tuple(_fallbacks.values())
    _fallbacks.clear()
    return said


def record_fallback(part: str, instead: str) -> None:
    """Record a sentence for `fallbacks`."""
    _fallbacks[part] = f"MLflow {version('mlflow')} differs from the versions that were tested in {part}; {instead}."


def schema_revisions() -> tuple[set[str], set[str]]:
    """Return the head revisions and all revisions of the installed MLflow's schema; both empty if unknown.

    They are parsed from its migration scripts, because importing MLflow takes a second.
    """
    package = find_spec("mlflow")
    if package is None or package.origin is None:
        raise TrackingError("`tracking` needs MLflow, which is not installed. Run `pip install mlflow`.")
    revisions: set[str] = set()
    replaced: set[str] = set()
    for script in (Path(package.origin).parent / SCRIPTS).glob("*.py"):
        text = script.read_text(encoding="utf-8")
        revisions.update(re.findall(r"^revision = [\"'](\w+)[\"']", text, re.MULTILINE))
        replaced.update(re.findall(r"^down_revision = [\"'](\w+)[\"']", text, re.MULTILINE))
    if not revisions:
        record_fallback("where its migration scripts are", "whether a database fits is found out when it is opened")
    return revisions - replaced, revisions


@contextmanager
def silent_errors() -> Iterator[None]:
    """Suppress MLflow's logging of the errors that it raises in this thread."""
    try:
        from mlflow.utils.logging_utils import suppress_logs_in_thread
    except ImportError:
        # MLflow's logging level, which has been set already, hides all but its libraries' errors.
        yield
        return
    with suppress_logs_in_thread():
        yield


def get(uri: str, path: str, parameters: Mapping[str, str], seconds: float) -> Any:
    """Send a GET request to an MLflow server with the credentials that MLflow would send.

    Args:
        uri: address of the server.
        path: path of the request.
        parameters: query parameters.
        seconds: timeout.

    Raises:
        OSError: if it does not answer.
    """
    import requests
    from mlflow.exceptions import MlflowException

    try:
        from mlflow.utils.credentials import get_default_host_creds
        from mlflow.utils.rest_utils import http_request

        return http_request(  # type: ignore[no-untyped-call]
            get_default_host_creds(uri),  # type: ignore[no-untyped-call]
            path,
            "GET",
            params=dict(parameters),
            max_retries=0,
            timeout=seconds,
            raise_on_status=False,
        )
    except MlflowException as error:
        raise OSError(str(error)) from error
    except (ImportError, TypeError):
        # These variables are documented by MLflow.
        token = os.environ.get("MLFLOW_TRACKING_TOKEN")
        user, password = (os.environ.get(f"MLFLOW_TRACKING_{name}") for name in ("USERNAME", "PASSWORD"))
        return requests.get(
            uri.rstrip("/") + path,
            params=dict(parameters),
            timeout=seconds,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            auth=(user, password) if user and password and not token else None,
        )


def make_tables(uri: str) -> None:
    """Create MLflow's tables in an empty database."""
    try:
        from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

        SqlAlchemyStore(uri, "unused").engine.dispose()  # type: ignore[no-untyped-call]
    except (ImportError, TypeError, AttributeError):
        from mlflow import MlflowClient

        MlflowClient(uri).search_experiments()
