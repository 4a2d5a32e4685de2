"""Writes the runs of many trials directly to MLflow's PostgreSQL database in one transaction."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

from sweep.tracking.parent_run import ParentRun
from sweep.tracking.sqlite_template import REVISION
from sweep.tracking.store import StoreError
from sweep.tracking.trial_runs import STATUS_TAG, TrialRun
from sweep.tracking.writers.rows import Place, Rows, rows_of
from sweep.tracking.writers.run_ids import choose_run_ids

if TYPE_CHECKING:
    import psycopg

CONNECT_SECONDS = 10


def libpq_address(uri: str) -> str:
    """Return the address without a driver name, as libpq expects it.

    >>> libpq_address("postgresql+psycopg://ada@localhost/mlflow")
    'postgresql://ada@localhost/mlflow'
    """
    return re.sub(r"^postgresql(\+\w+)?:", "postgresql:", uri)


def is_known(uri: str) -> bool:
    """Whether psycopg can reach the database at ``uri`` and its schema revision is supported."""
    if not uri.startswith("postgresql") or find_spec("psycopg") is None:
        return False
    import psycopg

    try:
        with psycopg.connect(libpq_address(uri), connect_timeout=CONNECT_SECONDS) as connection:
            revisions = {row[0] for row in connection.execute("SELECT version_num FROM alembic_version")}
    except psycopg.Error:
        return False
    return revisions == {REVISION}


class PostgresqlSink:
    """Writes each batch of runs in one transaction.

    Rows are sent by COPY, which costs this process a fifth of the time of INSERT; the remaining time is PostgreSQL's
    work on its three indexes of metrics.

    Args:
        uri: address of the database.
        parent: the open parent run, possibly written through a server.
    """

    def __init__(self, uri: str, parent: ParentRun) -> None:
        self._address = libpq_address(uri)
        self._parent = parent
        self._connection: psycopg.Connection | None = None

    def write(self, runs: Sequence[TrialRun]) -> None:
        """Write complete runs; a retry after an error, or another process, writes none twice."""
        import psycopg

        new = {run.trial_id: run for run in runs if self._parent.outcome(run.trial_id) != run.outcome}
        for trial_id in new:
            self._parent.discard(trial_id)
        place = Place(self._parent.run_id, self._parent.experiment_id, self._parent.artifact_location)
        try:
            connection = self._connected()
            with connection.transaction(), connection.cursor() as cursor:
                chosen = choose_run_ids(new.values(), place.parent_run_id, {}, partial(_outcomes, cursor))
                cursor.execute(
                    "UPDATE runs SET lifecycle_stage = 'deleted', deleted_time = %s WHERE run_uuid = ANY(%s)",
                    (round(time.time() * 1000), list(chosen.outdated)),
                )
                for rows in rows_of([(run_id, new[trial_id]) for trial_id, run_id in chosen.free.items()], place):
                    copy(cursor, rows)
        except (psycopg.OperationalError, psycopg.errors.UniqueViolation) as error:
            # Another process may have written a run since it was looked up; the next attempt sees it.
            self.close()
            raise StoreError(str(error), permanent=False) from error
        except psycopg.Error as error:
            raise StoreError(str(error), permanent=True) from error
        for trial_id, run_id in {**chosen.free, **chosen.written}.items():
            self._parent.remember(trial_id, run_id, new[trial_id].outcome)

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> psycopg.Connection:
        import psycopg

        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(self._address, autocommit=True, connect_timeout=CONNECT_SECONDS)
        return self._connection


def _outcomes(cursor: psycopg.Cursor, run_ids: Sequence[str]) -> dict[str, str | None]:
    """Return the outcome of each run that exists, None for a deleted one."""
    cursor.execute(
        "SELECT runs.run_uuid, lifecycle_stage, tags.value FROM runs "
        "LEFT JOIN tags ON tags.run_uuid = runs.run_uuid AND tags.key = %s WHERE runs.run_uuid = ANY(%s)",
        (STATUS_TAG, list(run_ids)),
    )
    return {run_id: (outcome or "") if stage == "active" else None for run_id, stage, outcome in cursor}


def copy(cursor: psycopg.Cursor, rows: Rows) -> None:
    """Insert rows by COPY."""
    names = ", ".join(f'"{column}"' for column in rows.columns)
    with cursor.copy(f"COPY {rows.table} ({names}) FROM STDIN") as stream:
        for row in rows.values:
            stream.write_row(row)
