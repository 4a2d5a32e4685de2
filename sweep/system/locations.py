"""Turns the path of a file or folder into its address and back, so that both always mean the same place."""

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
    """The file of a SQLite address, as SQLAlchemy reads it; None for every other address.

    >>> sqlite_path("sqlite:////data/job%252Flogin/mlflow.db?timeout=20")
    PosixPath('/data/job%2Flogin/mlflow.db')
    """
    found = SQLITE.fullmatch(address)
    return None if found is None else Path(unquote(found["path"]))


def sqlite_query(address: str) -> str:
    """What follows the file in a SQLite address, with its `?`; empty without.

    >>> sqlite_query("sqlite:///mlflow.db?timeout=20"), sqlite_query("sqlite:///mlflow.db")
    ('?timeout=20', '')
    """
    found = SQLITE.fullmatch(address)
    return (found["query"] or "") if found is not None else ""


def sqlite_address(path: Path, query: str = "") -> str:
    """The address of a SQLite file.

    Args:
        path: of the file.
        query: what follows it, with its `?`.

    >>> sqlite_address(Path("/data/job%2Flogin/mlflow.db"))
    'sqlite:////data/job%252Flogin/mlflow.db'
    """
    return f"sqlite:///{str(path).translate(QUOTED)}{query}"


def file_path(address: str) -> Path | None:
    """The file or folder of a ``file:`` address on this machine; None for every other address.

    >>> file_path("file:///data/a%20b"), file_path("file://other/data")
    (PosixPath('/data/a b'), None)
    """
    found = FILE.fullmatch(address)
    if found is None or found["host"] not in (None, "", "localhost"):
        return None
    return Path(unquote(found["path"]))


def file_address(path: Path) -> str:
    """The ``file:`` address of a file or folder.

    >>> file_address(Path("/data/job%2Flogin#1"))
    'file:///data/job%252Flogin%231'
    """
    return f"file://{quote(str(path.absolute()))}"


def with_home(location: str) -> str:
    """The path or SQLite address with a leading ``~`` replaced by the home folder; any other stays as it is.

    >>> with_home("results"), with_home("s3://bucket/~ada"), with_home("sqlite:///mlflow.db")
    ('results', 's3://bucket/~ada', 'sqlite:///mlflow.db')
    """
    path = sqlite_path(location)
    if path is None:
        return os.path.expanduser(location)
    text = str(path)
    expanded = os.path.expanduser(text)
    return location if expanded == text else sqlite_address(Path(expanded), sqlite_query(location))
