"""Checks before training that a database is writable and belongs to the tracking server."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.util import find_spec

from sweep.errors import TrackingError
from sweep.errors.masking import hide_parts, without_secrets
from sweep.tracking.addresses import ask_server, is_server
from sweep.tracking.revisions import VERSION_TABLE, check_revision
from sweep.tracking.sources import KEY, Source

DEFAULT_EXPERIMENT = "0"


def check_database(uri: str, named: str = KEY.named) -> None:
    """Refuse a database that does not answer, or whose schema is of another version of MLflow.

    Args:
        uri: its address.
        named: origin of the address, as the start of a sentence.

    Raises:
        TrackingError: if the database is refused.
    """
    _read(uri, named, [])


def check_behind_server(database: str, uri: str, source: Source = KEY) -> None:
    """Refuse a ``tracking.store`` that is not the database of the server at ``uri``.

    Raises:
        TrackingError: if the database is refused.
    """
    shown = without_secrets(database)
    if not is_server(uri):
        raise TrackingError(
            f"`tracking.store` needs a server at {source.named}, which is {without_secrets(uri)!r}. "
            f"Received: {shown!r}. Leave it out, or give the database as `tracking.uri`."
        )
    if find_spec("psycopg") is None:
        raise TrackingError(
            f"`tracking.store` needs psycopg, which is not installed. Received: {shown!r}. "
            "Run `pip install optimizer-sweep[postgresql]`."
        )
    # The default driver of `postgresql:` depends on SQLAlchemy's version.
    named = re.sub(r"^postgresql:", "postgresql+psycopg:", database)
    there = _read(named, "`tracking.store`", ["SELECT creation_time FROM experiments WHERE experiment_id = 0"])
    answer = ask_server(uri, "experiments/get", {"experiment_id": DEFAULT_EXPERIMENT}, source)
    # A server that refuses this request also refuses the next one, whose check reports why.
    if answer.status_code == 200 and there != {str(answer.json()["experiment"].get("creation_time"))}:
        raise TrackingError(
            f"`tracking.store` must be the database of the server at {without_secrets(uri)!r}, and it is another. "
            f"Received: {shown!r}. Give the address that the server was started with, or leave the key out."
        )


def _read(uri: str, named: str, queries: Iterable[str]) -> set[str]:
    """Return the first column of the queries' results; empty for an empty database."""
    import sqlalchemy

    found: set[str] = set()
    try:
        engine = sqlalchemy.create_engine(uri, poolclass=sqlalchemy.pool.NullPool)
        with engine.connect() as connection:
            revisions = set()
            tables = set(sqlalchemy.inspect(connection).get_table_names())
            if VERSION_TABLE in tables:
                rows = connection.execute(sqlalchemy.text(f"SELECT version_num FROM {VERSION_TABLE}"))
                revisions = {str(row[0]) for row in rows}
            for query in queries if revisions else ():
                found.update(str(row[0]) for row in connection.execute(sqlalchemy.text(query)))
    except (sqlalchemy.exc.SQLAlchemyError, ImportError, ValueError) as error:
        # A port that is not a number may be a password.
        reason = "its port is no number" if isinstance(error, ValueError) else hide_parts(str(error), uri)
        raise TrackingError(
            f"{named} must be a database that answers ({reason.splitlines()[0]}). "
            f"Received: {without_secrets(uri)!r}. Start it, correct the address, or install its driver."
        ) from error
    check_revision(uri, revisions, tables, named)
    return found
