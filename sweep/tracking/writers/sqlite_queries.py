"""Queries on MLflow's SQLite file: its experiment, the parent run of a sweep and the runs of its trials."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from sweep.tracking.trial_runs import ENDED_RUN, PARENT_TAG, PLAN_TAG, STATUS_TAG, TRIAL_TAG
from sweep.tracking.writers.rows import Place

LOOKED_UP = 500
"""Runs in one query; SQLite may be built for no more than 999 arguments."""


def has_tables(database: sqlite3.Connection) -> bool:
    """Return whether the file is a database that is not empty."""
    return database.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is not None


def find_experiment(database: sqlite3.Connection, name: str) -> tuple[str | None, str | None]:
    """Return id and artifact location of an active experiment."""
    query = (
        "SELECT experiment_id, artifact_location FROM experiments "
        "WHERE name = ? AND workspace = 'default' AND lifecycle_stage = 'active'"
    )
    found = database.execute(query, (name,)).fetchone()
    return (None, None) if found is None else (str(found[0]), found[1])


def find_parent(database: sqlite3.Connection, experiment_id: str, plan_hash: str) -> str | None:
    """Return the id of the newest active parent run of a sweep."""
    query = (
        "SELECT run_uuid FROM runs JOIN tags USING (run_uuid) WHERE experiment_id = ? "
        "AND lifecycle_stage = 'active' AND tags.key = ? AND tags.value = ? ORDER BY start_time DESC LIMIT 1"
    )
    found = database.execute(query, (experiment_id, PLAN_TAG, plan_hash)).fetchone()
    return None if found is None else str(found[0])


def runs_of_trials(database: sqlite3.Connection, place: Place) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield each trial with its run and outcome, which is empty for a run left open by a crash."""
    query = (
        "SELECT runs.run_uuid, runs.status, trial.value, outcome.value FROM tags AS parent "
        "JOIN runs ON runs.run_uuid = parent.run_uuid "
        "JOIN tags AS trial ON trial.run_uuid = runs.run_uuid AND trial.key = ? "
        "LEFT JOIN tags AS outcome ON outcome.run_uuid = runs.run_uuid AND outcome.key = ? "
        "WHERE parent.key = ? AND parent.value = ? AND runs.lifecycle_stage = 'active'"
    )
    for run_id, status, trial_id, outcome in database.execute(
        query, (TRIAL_TAG, STATUS_TAG, PARENT_TAG, place.parent_run_id)
    ):
        yield trial_id, (run_id, (outcome or "") if status in ENDED_RUN else "")


def outcomes_of(database: sqlite3.Connection, run_ids: Sequence[str]) -> dict[str, str | None]:
    """Return the outcome of each run that exists, None for a deleted one."""
    found: dict[str, str | None] = {}
    for start in range(0, len(run_ids), LOOKED_UP):
        some = run_ids[start : start + LOOKED_UP]
        query = (
            "SELECT runs.run_uuid, lifecycle_stage, tags.value FROM runs "
            "LEFT JOIN tags ON tags.run_uuid = runs.run_uuid AND tags.key = ? "
            f"WHERE runs.run_uuid IN ({', '.join('?' * len(some))})"
        )
        for run_id, stage, outcome in database.execute(query, (STATUS_TAG, *some)):
            found[run_id] = (outcome or "") if stage == "active" else None
    return found
