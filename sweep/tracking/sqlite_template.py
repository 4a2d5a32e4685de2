"""Caches the SQL statements that create MLflow's SQLite tables, so that new files need no migrations.

MLflow takes seconds to create its tables. It does so once per machine; the statements are stored in the user's cache
folder and reused for every further file of the same schema revision.
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
"""The schema revision that this package was tested with; for others, MLflow's client is used."""

SEPARATOR = ";\n\n"


def cache_file(environ: Mapping[str, str]) -> Path | None:
    """Return the path of the cached statements; None if the user has no home folder.

    >>> cache_file({"XDG_CACHE_HOME": "/cache"})
    PosixPath('/cache/optimizer-sweep/mlflow-dc11669786a5.sql')
    """
    folder = cache_folder(environ)
    return None if folder is None else folder / f"mlflow-{REVISION}.sql"


def statements(script: Path | None = None) -> list[str]:
    """Return the statements that create MLflow's tables in an empty SQLite file.

    Args:
        script: cache file; None is the one in the user's cache folder.
    """
    script = script or cache_file(os.environ)
    if script is None:
        return create()
    with suppress(OSError, UnicodeDecodeError):
        known = script.read_text(encoding="utf-8").split(SEPARATOR)
        # The last statement shows whether the file is complete.
        if REVISION in known[-1]:
            return known
    created = create()
    # If the cache cannot be written, the next file only takes longer.
    with suppress(OSError):
        script.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=script.parent, delete=False, encoding="utf-8") as file:
            file.write(SEPARATOR.join(created))
        os.replace(file.name, script)
    return created


def create() -> list[str]:
    """Create MLflow's tables in a temporary file, and return the statements that recreate them."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "mlflow.db"
        make_tables(f"sqlite:///{path}")
        return dump(path)


def dump(path: Path) -> list[str]:
    """Return the statements that create the tables of the SQLite file at ``path`` and their initial rows."""
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
