"""Writes a sweep directly to MLflow's SQLite file, which saves the driver a second of imports.

The rows equal those that MLflow's client writes. One revision of MLflow's schema is supported; for any other, and
for artifacts that are not in a local folder, the client is used instead.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sweep.system.locations import file_path
from sweep.tracking.artifacts import dataset_columns, experiment_location, experiment_tags, lay_out
from sweep.tracking.internals import record_fallback, schema_revisions
from sweep.tracking.records import DatasetRecord, RunStatus, SweepRecord
from sweep.tracking.sqlite_template import REVISION, statements
from sweep.tracking.store import Artifacts, StoreError
from sweep.tracking.trial_runs import PLAN_TAG, TrialRun
from sweep.tracking.views import NOTHING_SEEN, Seen, saved_views
from sweep.tracking.writers.rows import (
    KEY_COLUMNS,
    METRIC_COLUMNS,
    NAME_TAG,
    RUN_COLUMNS,
    Place,
    Rows,
    new_run_id,
    rows_of,
    run_row,
)
from sweep.tracking.writers.run_ids import choose_run_ids
from sweep.tracking.writers.sqlite_queries import find_experiment, find_parent, has_tables, outcomes_of, runs_of_trials

BUSY_SECONDS = 20.0
CACHE_KIB = 65_536


def is_known(path: Path, experiment: str) -> bool:
    """Whether ``SqliteStore`` can write the experiment to the file, which may not exist yet."""
    heads, _ = schema_revisions()
    if heads != {REVISION}:
        record_fallback("its tables", "trials are written by its client, which takes about ten times as long")
        return False
    if os.environ.get("MLFLOW_ENABLE_WORKSPACES", "").lower() in ("true", "1"):
        return False
    if not path.exists():
        return True
    with _store_errors(), closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as database:
        if not has_tables(database):
            return True
        try:
            revisions = {row[0] for row in database.execute("SELECT version_num FROM alembic_version")}
            location = find_experiment(database, experiment)[1]
            elsewhere = database.execute("SELECT 1 FROM experiments WHERE workspace <> 'default'").fetchone()
        except sqlite3.OperationalError:
            return False
    return revisions == {REVISION} and elsewhere is None and (location is None or _folder(location) is not None)


class SqliteStore:
    """Store in a SQLite file; each method is one transaction.

    Args:
        path: the file, created if missing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._place = Place("", "", "")
        self._runs: dict[str, tuple[str, str]] = {}

    @property
    def experiment_id(self) -> str:
        """Id of the experiment."""
        return self._place.experiment_id

    @property
    def run_id(self) -> str:
        """Id of the parent run."""
        return self._place.parent_run_id

    def open(self, record: SweepRecord, environment: Mapping[str, str], description: str) -> None:
        """Find or create the file, the experiment and the parent run, and find the runs of an earlier start."""
        tags = {"mlflow.note.content": description, PLAN_TAG: record.plan_hash, **environment, **record.tags}
        with self._transaction() as database:
            if not has_tables(database):
                for statement in statements():
                    database.execute(statement)
            experiment, location = self._find_or_create_experiment(database, record)
            parent = find_parent(database, experiment, record.plan_hash)
            place = Place(parent or new_run_id(), experiment, location)
            if parent is None:
                user = tags.get("mlflow.user", "unknown")
                row = run_row(
                    run_id=place.parent_run_id,
                    name=record.name,
                    status="RUNNING",
                    started=_now(),
                    ended=None,
                    place=place,
                    user=user,
                )
                _insert(database, Rows("runs", RUN_COLUMNS, [row]))
                named = {**tags, NAME_TAG: record.name}
                _insert(database, Rows("tags", KEY_COLUMNS, [(place.parent_run_id, *tag) for tag in named.items()]))
            else:
                database.execute("UPDATE runs SET status = 'RUNNING' WHERE run_uuid = ?", (parent,))
                # The question, or the number of trials, may have changed since the earlier start.
                now = {"mlflow.note.content": description, **record.tags}
                _insert(database, Rows("tags", KEY_COLUMNS, [(parent, *tag) for tag in now.items()]), "REPLACE")
            params = [(place.parent_run_id, key, str(value)) for key, value in record.parameters.items()]
            # MLflow's parameters are immutable, so that a resumed sweep only adds missing ones.
            _insert(database, Rows("params", KEY_COLUMNS, params), "INSERT OR IGNORE")
            if record.dataset is not None:
                _log_dataset(database, record.dataset, place)
            _set_experiment_tags(database, experiment, saved_views(record, place.parent_run_id, NOTHING_SEEN))
            self._runs = {
                trial_id: (run_id, "" if trial_id in record.renewed else outcome)
                for trial_id, (run_id, outcome) in runs_of_trials(database, place)
            }
        self._place = place

    def outcome(self, trial_id: str) -> str | None:
        """Status of the trial in its run; None if it has no complete run."""
        return self._runs[trial_id][1] if trial_id in self._runs else None

    def run_ids(self) -> dict[str, str]:
        """Return the run id of each trial that has a complete run."""
        return {trial_id: run_id for trial_id, (run_id, outcome) in self._runs.items() if outcome}

    def write(self, runs: Sequence[TrialRun]) -> None:
        """Write complete runs; those of an earlier start with another outcome are deleted."""
        new = {run.trial_id: run for run in runs if self.outcome(run.trial_id) != run.outcome}
        replaced = {trial_id: self._runs[trial_id][0] for trial_id in new if trial_id in self._runs}
        with self._transaction() as database:
            chosen = choose_run_ids(new.values(), self.run_id, replaced, partial(outcomes_of, database))
            database.executemany(
                "UPDATE runs SET lifecycle_stage = 'deleted', deleted_time = ? WHERE run_uuid = ?",
                [(_now(), run_id) for run_id in chosen.outdated],
            )
            for rows in rows_of([(run_id, new[trial_id]) for trial_id, run_id in chosen.free.items()], self._place):
                _insert(database, rows)
        ids = {**chosen.free, **chosen.written}
        self._runs.update((trial_id, (run_id, new[trial_id].outcome)) for trial_id, run_id in ids.items())

    def save_views(self, record: SweepRecord, seen: Seen) -> None:
        """Save the dashboard views of the sweep; they replace those of an earlier sweep of the same name."""
        with self._transaction() as database:
            _set_experiment_tags(database, self.experiment_id, saved_views(record, self.run_id, seen))

    def log_artifacts(self, artifacts: Artifacts) -> None:
        """Log the artifacts."""
        try:
            lay_out(artifacts, self._artifacts())
        except OSError as error:
            raise StoreError(f"{error.strerror}: {self._place.artifact_location}", permanent=True) from error

    def finish(self, status: RunStatus, metrics: Mapping[str, float]) -> None:
        """Log the metrics of the parent run and end it."""
        now = _now()
        rows = [(self.run_id, key, value, now, 0, False) for key, value in metrics.items()]
        with self._transaction() as database:
            _insert(database, Rows("metrics", METRIC_COLUMNS, rows), "INSERT OR IGNORE")
            _insert(database, Rows("latest_metrics", METRIC_COLUMNS, rows), "REPLACE")
            database.execute("UPDATE runs SET status = ?, end_time = ? WHERE run_uuid = ?", (status, now, self.run_id))

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _artifacts(self) -> Path:
        folder = _folder(self._place.artifact_location)
        if folder is None:
            raise StoreError(f"Artifacts can't be copied to {self._place.artifact_location!r}.", permanent=True)
        return folder / self.run_id / "artifacts"

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Open a write transaction that excludes other writers, and the file if necessary."""
        with _store_errors():
            if self._connection is None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._connection = sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)
                self._connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            database = self._connection
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
                database.execute("COMMIT")
            except BaseException:
                if database.in_transaction:
                    database.execute("ROLLBACK")
                raise

    def _find_or_create_experiment(self, database: sqlite3.Connection, record: SweepRecord) -> tuple[str, str]:
        experiment, location = find_experiment(database, record.experiment)
        if experiment is None or location is None:
            location = experiment_location(self._path.absolute().parent / "mlartifacts", record.experiment)
            now = _now()
            created = database.execute(
                "INSERT INTO experiments (name, artifact_location, lifecycle_stage, creation_time, last_update_time, "
                "workspace) VALUES (?, ?, 'active', ?, ?, 'default')",
                (record.experiment, location, now, now),
            )
            experiment = str(created.lastrowid)
        tags = [(experiment, key, value) for key, value in experiment_tags(record).items()]
        _insert(database, Rows("experiment_tags", ("experiment_id", "key", "value"), tags), "INSERT OR IGNORE")
        return experiment, location


@contextmanager
def _store_errors() -> Iterator[None]:
    """Convert errors of SQLite and the file system to StoreError."""
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:
        # Locks are released and disk space is freed, so that a retry may help.
        raise StoreError(str(error), permanent=False) from error
    except sqlite3.Error as error:
        raise StoreError(str(error), permanent=True) from error


def _folder(location: str) -> Path | None:
    """Return the folder of an artifact location; None if it is not a local folder."""
    return Path(location) if location.startswith("/") else file_path(location)


def _log_dataset(database: sqlite3.Connection, record: DatasetRecord, place: Place) -> None:
    columns: dict[str, Any] = {"experiment_id": int(place.experiment_id), **dataset_columns(record)}
    key = (columns["experiment_id"], columns["name"], columns["digest"])
    known = "SELECT dataset_uuid FROM datasets WHERE experiment_id = ? AND name = ? AND digest = ?"
    found = database.execute(known, key).fetchone()
    dataset_id = found[0] if found else new_run_id()
    if not found:
        columns["dataset_uuid"] = dataset_id
        _insert(database, Rows("datasets", tuple(columns), [tuple(columns.values())]))
    edge = {"source_type": "DATASET", "source_id": dataset_id, "destination_type": "RUN"}
    edge |= {"destination_id": place.parent_run_id, "input_uuid": new_run_id()}
    added = _insert(database, Rows("inputs", tuple(edge), [tuple(edge.values())]), "INSERT OR IGNORE")
    if added:
        context = (edge["input_uuid"], "mlflow.data.context", "training")
        _insert(database, Rows("input_tags", ("input_uuid", "name", "value"), [context]))


def _set_experiment_tags(database: sqlite3.Connection, experiment_id: str, tags: Mapping[str, str]) -> None:
    rows = [(int(experiment_id), key, value) for key, value in tags.items()]
    _insert(database, Rows("experiment_tags", ("experiment_id", "key", "value"), rows), "REPLACE")


def _insert(database: sqlite3.Connection, rows: Rows, verb: str = "INSERT") -> int:
    """Insert rows and return how many are new."""
    names = ", ".join(f'"{column}"' for column in rows.columns)
    marks = ", ".join("?" * len(rows.columns))
    return database.executemany(f"{verb} INTO {rows.table} ({names}) VALUES ({marks})", rows.values).rowcount


def _now() -> int:
    return round(time.time() * 1000)
