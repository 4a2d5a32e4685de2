"""A database of another version or program is refused with a way out that works."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from sweep.errors import TrackingError
from sweep.tracking import check_store

OLDER = "97727af70f4d"


def stamp(path, *statements):
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()
    return f"sqlite:///{path}"


def version(revision):
    return (
        "CREATE TABLE alembic_version (version_num VARCHAR(32))",
        f"INSERT INTO alembic_version VALUES ('{revision}')",
    )


def test_a_newer_database_asks_for_a_newer_mlflow_and_not_for_an_upgrade_that_fails(tmp_path):
    with pytest.raises(TrackingError, match=r"newer MLflow.*pip install -U mlflow") as error:
        check_store(stamp(tmp_path / "a.db", *version("ffffeeee1234")))
    assert "db upgrade" not in str(error.value)


@pytest.mark.parametrize(
    "statements", [version("v3.0.0.d"), ("CREATE TABLE studies (id INTEGER)",), (*version(OLDER), "CREATE TABLE a (b)")]
)
def test_a_database_of_another_program_asks_for_another_file(statements, tmp_path):
    with pytest.raises(TrackingError, match=r"another program.*Give another database") as error:
        check_store(stamp(tmp_path / "a.db", *statements))
    assert "upgrade" not in str(error.value)
    check_store(f"sqlite:///{tmp_path / 'mlflow.db'}")


def test_the_upgrade_that_an_older_database_asks_for_makes_it_usable(tmp_path):
    uri = f"sqlite:///{tmp_path / 'older one.db'}"
    make = (
        "import sys, sqlalchemy\nfrom alembic import command\nfrom mlflow.store.db.utils import _get_alembic_config\n"
        "from mlflow.store.tracking.dbmodels.initial_models import Base\n"
        "engine = sqlalchemy.create_engine(sys.argv[1])\nBase.metadata.create_all(engine)\n"
        "config = _get_alembic_config(sys.argv[1])\n"
        "with engine.begin() as connection:\n"
        "    config.attributes['connection'] = connection\n"
        f"    command.upgrade(config, '{OLDER}')\n"
    )
    subprocess.run([sys.executable, "-c", make, uri], check=True, capture_output=True)
    with pytest.raises(TrackingError, match="older MLflow") as error:
        check_store(uri)
    advice = str(error.value).partition("`mlflow db upgrade ")[2].partition("`")[0]
    assert advice == f"'{uri}'"
    subprocess.run(
        [sys.executable, "-m", "mlflow", "db", "upgrade", advice.strip("'")], check=True, capture_output=True
    )
    check_store(uri)
