"""The parts of MLflow that its documentation does not name, each with what is done where they are missing.

Tested with the range of MLflow in ``pyproject.toml``. Where a part is not as it was, the public way is taken, which is
slower or says less, and the user is told so once.
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
"""Where an installed MLflow keeps the scripts that change its tables from version to version."""

_told: dict[str, str] = {}


def fallbacks() -> tuple[str, ...]:
    """What is done in another way than usual because of the version of MLflow, one sentence each; told once."""
    said = tuple(_told.values())
    _told.clear()
    return said


def tell(part: str, instead: str) -> None:
    """Keep a sentence for `fallbacks`."""
    _told[part] = f"MLflow {version('mlflow')} differs from the versions that were tested in {part}; {instead}."


def schema_revisions() -> tuple[set[str], set[str]]:
    """The newest revisions of the tables of the installed MLflow, and all that it knows; both empty if unknown.

    They are read from its scripts without importing it, which would take a second.
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
        tell("where its migration scripts are", "whether a database fits is found out when it is opened")
    return revisions - replaced, revisions


@contextmanager
def silent_errors() -> Iterator[None]:
    """Let MLflow log none of the errors that it raises in this thread."""
    try:
        from mlflow.utils.logging_utils import suppress_logs_in_thread
    except ImportError:
        # Its logging level, which is set before, hides them too, but for those of its libraries.
        yield
        return
    with suppress_logs_in_thread():
        yield


def get(uri: str, path: str, parameters: Mapping[str, str], seconds: float) -> Any:
    """The response of an MLflow server to a GET request, with the credentials that MLflow would send.

    Args:
        uri: of the server.
        path: of the request.
        parameters: of the query.
        seconds: how long the server may take.

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
        # The variables are those of MLflow's documentation.
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
    """Let MLflow create its tables in an empty database."""
    try:
        from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

        SqlAlchemyStore(uri, "unused").engine.dispose()  # type: ignore[no-untyped-call]
    except (ImportError, TypeError, AttributeError):
        from mlflow import MlflowClient

        MlflowClient(uri).search_experiments()
