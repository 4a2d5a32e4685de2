"""Writes a sweep through MLflow: the parent run by its client, the trials by the store's fastest writer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol

from mlflow.exceptions import MlflowException

from sweep.tracking.addresses import artifact_folder, is_server, mlflow_address
from sweep.tracking.internals import silent_errors
from sweep.tracking.parent_run import ParentRun
from sweep.tracking.records import RunStatus, SweepRecord
from sweep.tracking.store import Artifacts, StoreError
from sweep.tracking.timeout import call_with_timeout
from sweep.tracking.trial_runs import TrialRun
from sweep.tracking.views import Seen
from sweep.tracking.writers.client import ClientSink
from sweep.tracking.writers.postgresql import PostgresqlSink, is_known

PERMANENT = frozenset(
    {
        "ALREADY_EXISTS",
        "BAD_REQUEST",
        "FEATURE_DISABLED",
        "INVALID_PARAMETER_VALUE",
        "INVALID_STATE",
        "NOT_FOUND",
        "PERMISSION_DENIED",
        "RESOURCE_ALREADY_EXISTS",
        "RESOURCE_DOES_NOT_EXIST",
        "UNAUTHENTICATED",
    }
)
"""MLflow error codes for which a retry does not help."""

ARTIFACT_SECONDS = 60.0
"""Timeout of logging artifacts; a store without credentials may search for them for minutes."""

SERVER_CALLS = 8
"""Number of concurrent calls to a server, since this process mostly waits for the response."""


class TrialSink(Protocol):
    """Writes the finished trials of one open sweep."""

    def write(self, runs: Sequence[TrialRun]) -> None:
        """Write complete runs; called again with the same runs after an error, it writes none twice."""

    def close(self) -> None:
        """Close the connections."""


class MlflowStore:
    """Store for any address that MLflow's client can write to.

    Args:
        uri: address of the store, from ``resolve_uri``.
        database: the database of the server at ``uri``, if trials may be written to it directly.
    """

    def __init__(self, uri: str, database: str | None = None) -> None:
        self._uri = uri
        self._database = database or uri
        with _store_errors():
            self._parent = ParentRun(mlflow_address(uri), artifact_folder(uri))
        self._sink: TrialSink | None = None

    @property
    def experiment_id(self) -> str:
        """Id of the experiment."""
        return self._parent.experiment_id

    @property
    def run_id(self) -> str:
        """Id of the parent run."""
        return self._parent.run_id

    def open(self, record: SweepRecord, environment: Mapping[str, str], description: str) -> None:
        """Find or create the experiment and the parent run, and find the runs of an earlier start."""
        with _store_errors():
            self._parent.open(record, environment, description)
        self._sink = self._open_sink()

    def outcome(self, trial_id: str) -> str | None:
        """Status of the trial in its run; None if it has no complete run."""
        return self._parent.outcome(trial_id)

    def run_ids(self) -> dict[str, str]:
        """Return the run id of each trial that has a complete run."""
        return self._parent.run_ids()

    def write(self, runs: Sequence[TrialRun]) -> None:
        """Write complete runs; called again with the same runs after an error, it writes none twice."""
        if self._sink is not None:
            with _store_errors():
                self._sink.write(runs)

    def save_views(self, record: SweepRecord, seen: Seen) -> None:
        """Save the dashboard views of the sweep; they replace those of an earlier sweep of the same name."""
        with _store_errors():
            self._parent.save_views(record, seen)

    def log_artifacts(self, artifacts: Artifacts) -> None:
        """Log the artifacts, which may be in another store with its own credentials."""
        call_with_timeout(ARTIFACT_SECONDS, lambda: self._parent.log_artifacts(artifacts))

    def finish(self, status: RunStatus, metrics: Mapping[str, float]) -> None:
        """Log the metrics of the parent run and end it."""
        with _store_errors():
            self._parent.finish(status, metrics)

    def close(self) -> None:
        """Close the connections."""
        if self._sink is not None:
            self._sink.close()
            self._sink = None

    def _open_sink(self) -> TrialSink:
        if is_known(self._database):
            return PostgresqlSink(self._database, self._parent)
        return ClientSink(self._parent, SERVER_CALLS if is_server(self._uri) else 1)


@contextmanager
def _store_errors() -> Iterator[None]:
    """Convert MLflow's exceptions to StoreError."""
    with silent_errors():
        try:
            yield
        except MlflowException as error:
            raise StoreError(str(error), permanent=error.error_code in PERMANENT) from error
