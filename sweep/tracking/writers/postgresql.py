"""Writes the runs of many trials directly to MLflow's PostgreSQL database in one transaction."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from sweep.tracking.parent_run import ParentRun
from sweep.tracking.sqlite_template import REVISION
from sweep.tracking.store import StoreError
from sweep.tracking.trial_runs import PARENT_TAG, TRIAL_TAG, TrialRun
from sweep.tracking.writers.rows import Place, Rows, new_run_id, rows_of

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
        self._in_doubt: set[str] = set()

    def write(self, runs: Sequence[TrialRun]) -> None:
        """Write complete runs; a retry after an error writes none twice."""
        import psycopg

        new = [run for run in runs if self._parent.outcome(run.trial_id) != run.outcome]
        for run in new:
            self._parent.discard(run.trial_id)
        ids = {run.trial_id: new_run_id() for run in new}
        place = Place(self._parent.run_id, self._parent.experiment_id, self._parent.artifact_location)
        try:
            connection = self._connected()
            with connection.transaction(), connection.cursor() as cursor:
                written = self._written_before(cursor, new)
                self._in_doubt.update(ids)
                for rows in rows_of([(ids[r.trial_id], r) for r in new if r.trial_id not in written], place):
                    copy(cursor, rows)
        except psycopg.OperationalError as error:
            self.close()
            raise StoreError(str(error), permanent=False) from error
        except psycopg.Error as error:
            raise StoreError(str(error), permanent=True) from error
        for run in new:
            self._parent.remember(run.trial_id, written.get(run.trial_id, ids[run.trial_id]), run.outcome)
        self._in_doubt.difference_update(ids)

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

    def _written_before(self, cursor: psycopg.Cursor, runs: Iterable[TrialRun]) -> dict[str, str]:
        """Find runs of an attempt whose commit succeeded although its response was lost."""
        doubtful = [run.trial_id for run in runs if run.trial_id in self._in_doubt]
        if not doubtful:
            return {}
        cursor.execute(
            "SELECT trial.value, run_uuid FROM tags AS trial JOIN tags AS parent USING (run_uuid) "
            "WHERE trial.key = %s AND trial.value = ANY(%s) AND parent.key = %s AND parent.value = %s",
            (TRIAL_TAG, doubtful, PARENT_TAG, self._parent.run_id),
        )
        return {row[0]: row[1] for row in cursor}


def copy(cursor: psycopg.Cursor, rows: Rows) -> None:
    """Insert rows by COPY."""
    names = ", ".join(f'"{column}"' for column in rows.columns)
    with cursor.copy(f"COPY {rows.table} ({names}) FROM STDIN") as stream:
        for row in rows.values:
            stream.write_row(row)
