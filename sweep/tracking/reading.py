"""Reads the runs of any MLflow experiment as plain records."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sweep.errors import TrackingError
from sweep.errors.masking import hide_parts, without_secrets
from sweep.system.locations import sqlite_path
from sweep.tracking.addresses import is_server, mlflow_address
from sweep.tracking.console import silence_mlflow
from sweep.tracking.sources import OPTION, Source
from sweep.tracking.store_check import check_store
from sweep.tracking.trial_runs import PARENT_TAG, Point
from trainers.errors import did_you_mean

if TYPE_CHECKING:
    from mlflow import MlflowClient

PAGE = 1000
"""Page size of run queries; the API allows up to 50,000, for which some servers lack memory."""

CALLS = 8
"""Number of concurrent requests to a server."""

SHOWN_EXPERIMENTS = 8
SEARCHED_EXPERIMENTS = 1000
"""Number of experiment names searched for a suggestion."""


@dataclass(frozen=True)
class LoggedRun:
    """One run as stored in MLflow.

    Args:
        run_id: its id.
        name: its name.
        status: MLflow's status, such as ``FINISHED``.
        started_milliseconds: Unix time.
        ended_milliseconds: Unix time; None for a run that is open.
        params: parameters as logged, all strings.
        tags: all tags.
        metrics: name -> its latest value.
        history: metric name -> its points by step; only of the requested metrics.
    """

    run_id: str
    name: str
    status: str
    started_milliseconds: int
    ended_milliseconds: int | None
    params: Mapping[str, str]
    tags: Mapping[str, str]
    metrics: Mapping[str, float]
    history: Mapping[str, Sequence[Point]] = field(default_factory=dict)

    @property
    def parent_run_id(self) -> str | None:
        """Id of the parent run."""
        return self.tags.get(PARENT_TAG)


@dataclass(frozen=True)
class LoggedExperiment:
    """An experiment and its runs, without deleted ones."""

    uri: str
    experiment_id: str
    name: str
    runs: tuple[LoggedRun, ...]


def read_experiment(uri: str, name: str, metrics: Sequence[str] = (), source: Source = OPTION) -> LoggedExperiment:
    """Read all runs of an experiment.

    Args:
        uri: address of the store, from ``resolve_uri``.
        name: name or id of the experiment.
        metrics: metrics whose history is read.
        source: origin of the address.

    Raises:
        TrackingError: if the store cannot be read, or has no such experiment.
    """
    path = sqlite_path(uri)
    if path is not None and not path.exists():
        raise TrackingError(
            f"{source.named} must be a store that exists. Received: {uri!r}. "
            "Give the file or the server that holds the runs as `--uri`."
        )
    check_store(uri, source=source)
    silence_mlflow()
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    try:
        client = MlflowClient(tracking_uri=mlflow_address(uri))
        experiment = client.get_experiment_by_name(name)
        if experiment is None and name.isdecimal():
            experiment = _with_id(client, name)
        if experiment is None:
            known = [each.name for each in client.search_experiments(max_results=SEARCHED_EXPERIMENTS)]
            raise _unknown(uri, name, known)
        runs = [_record(run, {}) for run in _pages(client, str(experiment.experiment_id))]
        with ThreadPoolExecutor(CALLS if is_server(uri) else 1) as threads:
            complete = tuple(threads.map(lambda run: _with_history(client, run, metrics), runs))
    except MlflowException as error:
        raise TrackingError(
            f"{source.named} must be a store whose runs can be read ({hide_parts(str(error), uri).splitlines()[0]}). "
            f"Received: {without_secrets(uri)!r}, experiment {name!r}. Check both."
        ) from error
    return LoggedExperiment(uri, str(experiment.experiment_id), str(experiment.name), complete)


def _with_id(client: MlflowClient, experiment_id: str) -> Any:
    """The experiment of an id; None if there is none, which MLflow takes for an error."""
    from mlflow.exceptions import MlflowException

    try:
        return client.get_experiment(experiment_id)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        return None


def _unknown(uri: str, name: str, known: Sequence[str]) -> TrackingError:
    near = did_you_mean(name, known).strip()
    listed = ", ".join(f"`{one}`" for one in known[:SHOWN_EXPERIMENTS]) or "none"
    more = " and more" if len(known) > SHOWN_EXPERIMENTS else ""
    return TrackingError(
        f"`--from-mlflow` must name an experiment of {without_secrets(uri)}, which has {listed}{more}. "
        f"Received: {name!r}. {near or 'Give one of those, or another `--uri`.'}"
    )


def _pages(client: MlflowClient, experiment_id: str) -> Iterator[Any]:
    token = None
    while True:
        page = client.search_runs([experiment_id], max_results=PAGE, order_by=["start_time ASC"], page_token=token)
        yield from page
        token = page.token
        if not token:
            return


def _record(run: Any, history: Mapping[str, Sequence[Point]]) -> LoggedRun:
    info, data = run.info, run.data
    return LoggedRun(
        run_id=info.run_id,
        name=info.run_name or "",
        status=info.status,
        started_milliseconds=int(info.start_time or 0),
        ended_milliseconds=info.end_time,
        params=dict(data.params),
        tags=dict(data.tags),
        metrics={key: _number(value) for key, value in data.metrics.items()},
        history=history,
    )


def _number(value: float) -> float:
    """Return the value as logged: databases store infinity as the largest float."""
    return math.copysign(math.inf, value) if abs(value) >= sys.float_info.max else value


def _with_history(client: MlflowClient, run: LoggedRun, metrics: Sequence[str]) -> LoggedRun:
    from dataclasses import replace

    history = {
        name: tuple(
            sorted(
                (
                    Point(name, _number(point.value), point.timestamp, point.step)
                    for point in _history(client, run, name)
                ),
                key=lambda point: (point.step, point.timestamp_milliseconds),
            )
        )
        for name in metrics
        if name in run.metrics
    }
    return replace(run, history=history)


def _history(client: MlflowClient, run: LoggedRun, name: str) -> Sequence[Any]:
    return client.get_metric_history(run.run_id, name)
