"""Converts the runs of trials to rows of MLflow's database tables."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sweep.tracking.trial_runs import PARENT_TAG, Point, TrialRun

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
KEY_COLUMNS = ("run_uuid", "key", "value")
METRIC_COLUMNS = ("run_uuid", "key", "value", "timestamp", "step", "is_nan")


@dataclass(frozen=True)
class Place:
    """Location of the runs of a sweep in the store.

    Args:
        parent_run_id: id of the parent run.
        experiment_id: id of the experiment.
        artifact_location: address below which the experiment's artifacts are stored.
    """

    parent_run_id: str
    experiment_id: str
    artifact_location: str


@dataclass(frozen=True)
class Rows:
    """Rows of one table, with values in the order of ``columns``."""

    table: str
    columns: tuple[str, ...]
    values: Sequence[tuple[Any, ...]]


def new_run_id() -> str:
    """Create a run id in MLflow's format."""
    return uuid.uuid4().hex


def run_row(
    run_id: str, name: str, status: str, started: int, ended: int | None, place: Place, user: str = "unknown"
) -> tuple[Any, ...]:
    """Return values of ``RUN_COLUMNS`` as MLflow's client writes them."""
    artifacts = f"{place.artifact_location}/{run_id}/artifacts"
    experiment = int(place.experiment_id)
    return (run_id, name, status, started, ended, artifacts, experiment, "UNKNOWN", "", "", "", user, "active")


def rows_of(runs: Iterable[tuple[str, TrialRun]], place: Place) -> list[Rows]:
    """Return all rows of complete runs with their ids; tables are ordered by their foreign keys."""
    named = list(runs)
    tags = [
        (run_id, key, value)
        for run_id, run in named
        for key, value in [*run.tags.items(), (PARENT_TAG, place.parent_run_id), (NAME_TAG, run.name)]
    ]
    points = [(run_id, *point, False) for run_id, run in named for point in dict.fromkeys(run.points)]
    return [
        Rows(
            "runs",
            RUN_COLUMNS,
            [
                run_row(run_id, run.name, run.status, run.started_milliseconds, run.ended_milliseconds, place)
                for run_id, run in named
            ],
        ),
        Rows("tags", KEY_COLUMNS, tags),
        Rows("params", KEY_COLUMNS, [(run_id, *param) for run_id, run in named for param in run.params.items()]),
        # The primary key starts with the metric's name: in that order, consecutive rows share a page.
        Rows("metrics", METRIC_COLUMNS, sorted(points, key=itemgetter(1, 3))),
        Rows(
            "latest_metrics",
            METRIC_COLUMNS,
            [(run_id, *point, False) for run_id, run in named for point in latest_points(run.points)],
        ),
    ]


def latest_points(points: Iterable[Point]) -> Iterable[Point]:
    """Return the point of each metric that MLflow shows as its value: highest step, then time, then value."""
    latest: dict[str, Point] = {}
    for point in points:
        known = latest.get(point.key)
        rank = (point.step, point.timestamp_milliseconds, point.value)
        if known is None or rank > (known.step, known.timestamp_milliseconds, known.value):
            latest[point.key] = point
    return latest.values()
