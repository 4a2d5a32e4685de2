"""Holds the tables of MLflow's database, so that a new SQLite file needs neither MLflow nor its migrations."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

SCRIPT = Path(__file__).with_name("schema.sql")

REVISION = "dc11669786a5"
"""The schema revision whose tables this package was tested with; for any other MLflow's client writes."""

HEADER = f"""-- What MLflow creates in a new SQLite file, at revision {REVISION} of its schema.
-- Written by `python -m sweep.tracking.schema`; a test compares it with what the installed MLflow creates.
"""


def statements() -> list[str]:
    """The statements that create MLflow's tables in an empty SQLite file."""
    return SCRIPT.read_text(encoding="utf-8").removeprefix(HEADER).strip().removesuffix(";").split(";\n\n")


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


def main() -> None:
    """Write the script anew, with the installed MLflow."""
    import tempfile

    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mlflow.db"
        SqlAlchemyStore(f"sqlite:///{path}", folder).engine.dispose()  # type: ignore[no-untyped-call]
        SCRIPT.write_text(HEADER + ";\n\n".join(dump(path)) + ";\n", encoding="utf-8")


if __name__ == "__main__":
    main()
