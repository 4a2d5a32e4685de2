"""Remembers the tables that MLflow creates in a new SQLite file, so that the next one needs no migrations.

MLflow takes seconds to create its tables. It does so once a machine; their definitions are kept in the user's cache
folder and serve every further file of the same schema revision.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path

from sweep.system.limits import cache_folder
from sweep.tracking.internals import make_tables

REVISION = "dc11669786a5"
"""The schema revision whose tables this package was tested with; for any other MLflow's client writes."""

SEPARATOR = ";\n\n"


def cache_file(environ: Mapping[str, str]) -> Path | None:
    """Where the definitions are kept; None where the user has no folder.

    >>> cache_file({"XDG_CACHE_HOME": "/cache"})
    PosixPath('/cache/optimizer-sweep/mlflow-dc11669786a5.sql')
    """
    folder = cache_folder(environ)
    return None if folder is None else folder / f"mlflow-{REVISION}.sql"


def statements(script: Path | None = None) -> list[str]:
    """The statements that create MLflow's tables in an empty SQLite file.

    Args:
        script: where they are kept; None is the user's cache folder.
    """
    script = script or cache_file(os.environ)
    if script is None:
        return create()
    with suppress(OSError, UnicodeDecodeError):
        known = script.read_text(encoding="utf-8").split(SEPARATOR)
        # Written whole or not at all; the last statement tells.
        if REVISION in known[-1]:
            return known
    created = create()
    # A cache that cannot be written costs time, nothing else.
    with suppress(OSError):
        script.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=script.parent, delete=False, encoding="utf-8") as file:
            file.write(SEPARATOR.join(created))
        os.replace(file.name, script)
    return created


def create() -> list[str]:
    """Let the installed MLflow create its tables in a temporary file, and read them back."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "mlflow.db"
        make_tables(f"sqlite:///{path}")
        return dump(path)


def dump(path: Path) -> list[str]:
    """The statements that would create the tables of the SQLite file at ``path``, and what they hold at first."""
    with closing(sqlite3.connect(path)) as database:
        tables = database.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
        lines = [line for (sql,) in tables for line in ["\n".join(map(str.rstrip, sql.splitlines()))]]
        for table in ("workspaces", "alembic_version"):
            cursor = database.execute(f"SELECT * FROM {table}")
            names = ", ".join(column[0] for column in cursor.description)
            for row in cursor:
                values = ", ".join("NULL" if value is None else f"'{value}'" for value in row)
                lines.append(f"INSERT INTO {table} ({names}) VALUES ({values})")
    return lines
