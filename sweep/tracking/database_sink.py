"""Writes the runs of many trials to MLflow's database in one transaction, past the client."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

import sqlalchemy
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import BAD_REQUEST, TEMPORARILY_UNAVAILABLE
from mlflow.store.db.utils import create_sqlalchemy_engine
from mlflow.store.tracking.dbmodels.models import SqlLatestMetric, SqlMetric, SqlParam, SqlRun, SqlTag
from sqlalchemy.engine import Connection

from sweep.tracking.parent import ParentRun
from sweep.tracking.runs import PARENT_TAG, TRIAL_TAG, Point, TrialRun

REVISIONS = frozenset({"dc11669786a5"})
"""Schema revisions whose tables this module was tested with; for any other the client writes."""

DIALECTS = ("sqlite", "postgresql")
NAME_TAG = "mlflow.runName"
RUN_COLUMNS = (
    "run_uuid",
    "name",
    "status",
    "start_time",
    "end_time",
    "artifact_uri",
    "experiment_id",
    "source_type",
    "source_name",
    "entry_point_name",
    "source_version",
    "user_id",
    "lifecycle_stage",
)
METRIC_COLUMNS = ("run_uuid", "key", "value", "timestamp", "step", "is_nan")
BUSY_MILLISECONDS = 20_000
CACHE_KIB = 65_536


def is_known_schema(uri: str) -> bool:
    """Tell whether the database at ``uri`` has tables that this module knows."""
    engine = create_sqlalchemy_engine(uri)  # type: ignore[no-untyped-call]
    try:
        with engine.connect() as connection:
            query = sqlalchemy.text("SELECT version_num FROM alembic_version")
            revisions = {str(row[0]) for row in connection.execute(query)}
            return bool(revisions) and revisions <= REVISIONS
    except sqlalchemy.exc.SQLAlchemyError:
        return False
    finally:
        engine.dispose()


class DatabaseSink:
    """A batch of runs is one transaction: all of it is there, or none."""

    def __init__(self, uri: str, parent: ParentRun) -> None:
        self._parent = parent
        self._engine = create_sqlalchemy_engine(uri)  # type: ignore[no-untyped-call]
        self._in_doubt: set[str] = set()

    def write(self, runs: Sequence[TrialRun]) -> None:
        """Write complete runs; called again after an error, it writes none twice."""
        new = [run for run in runs if self._parent.outcome(run.trial_id) != run.outcome]
        for run in new:
            self._parent.discard(run.trial_id)
        ids = {run.trial_id: uuid.uuid4().hex for run in new}
        try:
            with self._engine.begin() as connection:
                if self._engine.dialect.name == "sqlite":
                    connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
                    connection.exec_driver_sql(f"PRAGMA cache_size = -{CACHE_KIB}")
                written = self._written_before(connection, new)
                self._in_doubt.update(ids)
                self._insert(connection, [run for run in new if run.trial_id not in written], ids)
        except sqlalchemy.exc.OperationalError as error:
            raise MlflowException(str(error), error_code=TEMPORARILY_UNAVAILABLE) from error
        except sqlalchemy.exc.SQLAlchemyError as error:
            raise MlflowException(str(error), error_code=BAD_REQUEST) from error
        for run in new:
            self._parent.remember(run.trial_id, written.get(run.trial_id, ids[run.trial_id]), run.outcome)
        self._in_doubt.difference_update(ids)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def _written_before(self, connection: Connection, runs: Iterable[TrialRun]) -> dict[str, str]:
        """Runs of an attempt whose commit succeeded although its answer was lost."""
        doubtful = [run.trial_id for run in runs if run.trial_id in self._in_doubt]
        if not doubtful:
            return {}
        trial, parent = SqlTag.__table__.alias(), SqlTag.__table__.alias()
        query = (
            sqlalchemy.select(trial.c.value, trial.c.run_uuid)
            .join(parent, trial.c.run_uuid == parent.c.run_uuid)
            .where(trial.c.key == TRIAL_TAG, trial.c.value.in_(doubtful))
            .where(parent.c.key == PARENT_TAG, parent.c.value == self._parent.run_id)
        )
        return {row[0]: row[1] for row in connection.execute(query)}

    def _insert(self, connection: Connection, runs: Sequence[TrialRun], ids: Mapping[str, str]) -> None:
        named = [(ids[run.trial_id], run) for run in runs]
        insert(connection, SqlRun, RUN_COLUMNS, (self._run_row(run_id, run) for run_id, run in named))
        tags = [
            (run_id, key, value)
            for run_id, run in named
            for key, value in [*run.tags.items(), (PARENT_TAG, self._parent.run_id), (NAME_TAG, run.name)]
        ]
        params = [(run_id, key, value) for run_id, run in named for key, value in run.params.items()]
        points = [(run_id, *point, False) for run_id, run in named for point in dict.fromkeys(run.points)]
        latest = [(run_id, *point, False) for run_id, run in named for point in latest_points(run.points)]
        insert(connection, SqlTag, ("run_uuid", "key", "value"), tags)
        insert(connection, SqlParam, ("run_uuid", "key", "value"), params)
        # The key of the table begins with the metric's name: in that order, neighbours share a page.
        insert(connection, SqlMetric, METRIC_COLUMNS, sorted(points, key=itemgetter(1, 3)))
        insert(connection, SqlLatestMetric, METRIC_COLUMNS, latest)

    def _run_row(self, run_id: str, run: TrialRun) -> tuple[Any, ...]:
        artifacts = f"{self._parent.artifact_location}/{run_id}/artifacts"
        times = (run.started_milliseconds, run.ended_milliseconds)
        experiment = int(self._parent.experiment_id)
        return (run_id, run.name, run.status, *times, artifacts, experiment, "UNKNOWN", "", "", "", "unknown", "active")


def insert(connection: Connection, model: Any, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows, whose values stand in the order of ``columns``."""
    values = list(rows)
    if not values:
        return
    if connection.dialect.name == "sqlite":
        # SQLAlchemy's treatment of each value costs as much as SQLite's insertion of it.
        marks = ", ".join("?" * len(columns))
        names = ", ".join(f'"{column}"' for column in columns)
        table = model.__table__.name
        connection.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)
    else:
        named = [dict(zip(columns, row, strict=True)) for row in values]
        connection.execute(sqlalchemy.insert(model.__table__), named)


def latest_points(points: Iterable[Point]) -> Iterable[Point]:
    """The point of each metric that MLflow shows as its value: highest step, then time, then value."""
    latest: dict[str, Point] = {}
    for point in points:
        known = latest.get(point.key)
        rank = (point.step, point.timestamp_milliseconds, point.value)
        if known is None or rank > (known.step, known.timestamp_milliseconds, known.value):
            latest[point.key] = point
    return latest.values()
