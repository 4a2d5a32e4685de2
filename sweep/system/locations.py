"""Converts between paths and storage URLs (``sqlite:`` and ``file:``), with correct quoting."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import quote, unquote

SQLITE = re.compile(r"sqlite(?:\+pysqlite)?:///(?P<path>[^?]*)(?P<query>\?.*)?", re.DOTALL)
FILE = re.compile(r"file:(?://(?P<host>[^/]*))?(?P<path>/.*)", re.DOTALL)

# SQLAlchemy ends the path at `?` and reads `%2F` as `/`; every other character stands for itself.
QUOTED = str.maketrans({"%": "%25", "?": "%3F"})


def sqlite_path(address: str) -> Path | None:
    """Return the path in a SQLite URL, parsed as by SQLAlchemy; None for any other URL.

    >>> sqlite_path("sqlite:////data/job%252Flogin/mlflow.db?timeout=20")
    PosixPath('/data/job%2Flogin/mlflow.db')
    """
    found = SQLITE.fullmatch(address)
    return None if found is None else Path(unquote(found["path"]))


def sqlite_query(address: str) -> str:
    """Return the query of a SQLite URL including its `?`; empty if there is none.

    >>> sqlite_query("sqlite:///mlflow.db?timeout=20"), sqlite_query("sqlite:///mlflow.db")
    ('?timeout=20', '')
    """
    found = SQLITE.fullmatch(address)
    return (found["query"] or "") if found is not None else ""


def sqlite_address(path: Path, query: str = "") -> str:
    """Return the URL of a SQLite file.

    Args:
        path: path of the file.
        query: query including its `?`.

    >>> sqlite_address(Path("/data/job%2Flogin/mlflow.db"))
    'sqlite:////data/job%252Flogin/mlflow.db'
    """
    return f"sqlite:///{str(path).translate(QUOTED)}{query}"


def file_path(address: str) -> Path | None:
    """Return the path in a ``file:`` URL of this machine; None for any other URL.

    >>> file_path("file:///data/a%20b"), file_path("file://other/data")
    (PosixPath('/data/a b'), None)
    """
    found = FILE.fullmatch(address)
    if found is None or found["host"] not in (None, "", "localhost"):
        return None
    return Path(unquote(found["path"]))


def file_address(path: Path) -> str:
    """Return the ``file:`` URL of a file or folder.

    >>> file_address(Path("/data/job%2Flogin#1"))
    'file:///data/job%252Flogin%231'
    """
    return f"file://{quote(str(path.absolute()))}"


def with_home(location: str) -> str:
    """Replace a leading ``~`` in a path or SQLite URL by the home folder; leave other URLs unchanged.

    >>> with_home("results"), with_home("s3://bucket/~ada"), with_home("sqlite:///mlflow.db")
    ('results', 's3://bucket/~ada', 'sqlite:///mlflow.db')
    """
    path = sqlite_path(location)
    if path is None:
        return os.path.expanduser(location)
    text = str(path)
    expanded = os.path.expanduser(text)
    return location if expanded == text else sqlite_address(Path(expanded), sqlite_query(location))
