"""Writes a sweep to MLflow from a background thread, so that training does not wait for it."""

from __future__ import annotations

import getpass
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType

from sweep.errors.masking import without_secrets
from sweep.records import TrialResult
from sweep.tracking.addresses import is_server
from sweep.tracking.arm_runs import ArmSummary, BaseRateSummary, arm_runs
from sweep.tracking.console import silence_mlflow
from sweep.tracking.description import describe
from sweep.tracking.environment_tags import environment_tags
from sweep.tracking.factory import choose_store
from sweep.tracking.records import RunLinks, RunStatus, SweepRecord, WriterReport
from sweep.tracking.store import Artifacts, StoreError, SweepStore
from sweep.tracking.trial_runs import KIND_TAG, POINTS, THINNED_TAG, TRIAL_KIND, TrialRun, trial_run
from sweep.tracking.views import NOTHING_SEEN, experiment_page, view_id
from sweep.tracking.write_queue import BoundedQueue, PendingFile

PENDING_NAME = "mlflow-pending.jsonl"
BATCH_NUMBERS = 50_000
QUEUE_NUMBERS = 4_000_000
GATHER_SECONDS = 0.5
"""Trials that end within this time are written in one transaction, to limit disk syncs."""

PUT_SECONDS = 0.5
FIRST_DELAY_SECONDS = 0.25
LONGEST_DELAY_SECONDS = 10.0


class SweepWriter:
    """The only writer of a sweep to MLflow; a context manager.

    The thread starts immediately: it opens the store and creates the experiment and the parent run while the caller
    continues. While the store is down it retries; trials that are not written when the sweep ends are saved to
    ``mlflow-pending.jsonl`` and written by the next start of the same sweep.

    Args:
        uri: address of the store, from ``resolve_uri``.
        record: content of the parent run.
        folder: the results folder, which contains the pending file.
        patience_seconds: how long ``finish`` waits for a store that is down.
        queue_numbers: memory bound: maximum count of queued numbers (8 bytes each).
        points: maximum number of points of a metric per run; longer curves are thinned.
        database: the database of the server at ``uri``, if trials may be written to it directly.
    """

    def __init__(
        self,
        uri: str,
        record: SweepRecord,
        folder: Path,
        patience_seconds: float = 30.0,
        queue_numbers: int = QUEUE_NUMBERS,
        points: int = POINTS,
        database: str | None = None,
    ) -> None:
        self._uri = uri
        self._points = points
        self._database = database
        self._record = record
        self._patience_seconds = patience_seconds
        self._queue = BoundedQueue(queue_numbers)
        self._pending = PendingFile(folder / PENDING_NAME)
        self._deadline: float | None = None
        self._given_up = False
        self._ending = threading.Event()
        self._drained = threading.Event()
        self._released = threading.Event()
        self._arms: Sequence[ArmSummary] = ()
        self._base_rates: Sequence[BaseRateSummary] = ()
        self._ready = threading.Event()
        self._store: SweepStore | None = None
        self._ended_as: tuple[RunStatus, Artifacts, Mapping[str, float]] = ("KILLED", {}, {})
        self._written = self._skipped = self._failed = self._failed_arms = self._thinned = 0
        self._seen = NOTHING_SEEN
        self._busy_seconds = 0.0
        self._batch: list[TrialRun] = []
        self._completed = self._ended = False
        self._artifacts_error: str | None = None
        self._error: str | None = None
        self._report: WriterReport | None = None
        silence_mlflow()
        self._thread = threading.Thread(target=self._work, name="mlflow-writer", daemon=True)
        self._thread.start()

    def __enter__(self) -> SweepWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.finish("FINISHED", {}, {})
        else:
            self.finish("FAILED" if issubclass(kind, Exception) else "KILLED", {}, {})

    @property
    def experiment_id(self) -> str | None:
        """Id of the experiment; None until the thread has opened the store."""
        return self._store.experiment_id if self._store and self._ready.is_set() else None

    @property
    def parent_run_id(self) -> str | None:
        """Id of the parent run; None until the thread has opened the store."""
        return self._store.run_id if self._store and self._ready.is_set() else None

    def log_trial(self, result: TrialResult) -> None:
        """Queue a result; returns immediately, or after half a second if the store cannot keep up."""
        if not self._queue.put(result, PUT_SECONDS):
            self._pending.append([self._describe(result)])

    def drain(self, arms: Sequence[ArmSummary] = (), base_rates: Sequence[BaseRateSummary] = ()) -> RunLinks | None:
        """Write the remaining trials, then a run for each arm and base rate, and wait; afterwards the queue is closed.

        Args:
            arms: summaries of the arms.
            base_rates: scores of simple predictions.

        Returns:
            locations of the runs; None if the store was never reached.
        """
        if not self._ending.is_set():
            self._arms, self._base_rates = arms, base_rates
            self._deadline = time.monotonic() + self._patience_seconds
            self._ending.set()
            self._queue.close()
        self._drained.wait()
        store = self._store
        if store is None or not self._ready.is_set():
            return None
        uri = without_secrets(self._uri)
        return RunLinks(uri, store.experiment_id, store.run_id, store.run_ids())

    def finish(
        self,
        status: RunStatus,
        artifacts: Artifacts,
        metrics: Mapping[str, float],
    ) -> WriterReport:
        """Write the remaining trials, log the artifacts and end the parent run; a second call has no effect.

        Args:
            status: final status of the sweep.
            artifacts: path in the run -> a file, a folder, a text or bytes.
            metrics: metrics of the parent run.
        """
        if self._report is None:
            if not self._released.is_set():
                self._ended_as = (status, artifacts, metrics)
                self.drain()
                self._deadline = time.monotonic() + self._patience_seconds
                self._released.set()
            self._thread.join()
            if not self._completed:
                self._error = "The writer ended early; its traceback is above."
            self._report = WriterReport(
                written=self._written,
                skipped=self._skipped,
                failed=self._failed,
                thinned=self._thinned,
                seconds=self._busy_seconds,
                pending=self._pending.path if self._failed else None,
                error=(self._error or self._pending.problem) if self._is_lacking() else None,
                url=self._url(),
                artifacts_error=self._artifacts_error,
            )
        return self._report

    def _is_lacking(self) -> bool:
        return bool(self._failed or self._failed_arms) or not (self._completed and self._ready.is_set() and self._ended)

    def _url(self) -> str | None:
        if not is_server(self._uri) or self.experiment_id is None:
            return None
        return experiment_page(without_secrets(self._uri), self.experiment_id, view_id(self._record.name, "settings"))

    def _describe(self, result: TrialResult) -> TrialRun:
        record = self._record
        return trial_run(result, record.metric, record.mode, self._points, record.keys, is_own=record.is_own)

    def _work(self) -> None:
        """Body of the thread: write until the queue is closed; no result is lost on an error."""
        try:
            self._serve()
            self._completed = True
        finally:
            while self._batch or (batch := self._queue.take(BATCH_NUMBERS)):
                self._keep(self._batch or [self._describe(result) for result in batch])
                self._batch = []
            self._drained.set()
            if not self._completed:
                self._released.wait()
                self._end()

    def _serve(self) -> None:
        opened = self._open()
        while results := self._queue.take(BATCH_NUMBERS, GATHER_SECONDS):
            self._batch = [self._describe(result) for result in results]
            self._keep(self._write(self._batch))
            self._batch = []
        self._failed = self._pending.drain(self._write, BATCH_NUMBERS)
        now = round(time.time() * 1000)
        summaries = arm_runs([*self._arms, *self._base_rates], now, self._record)
        self._failed_arms = len(self._write(summaries))
        self._drained.set()
        self._released.wait()
        if opened:
            self._end()

    def _keep(self, unwritten: list[TrialRun]) -> None:
        if unwritten:
            self._pending.append(unwritten)
            self._failed += len(unwritten)

    def _open(self) -> bool:
        environment = {"mlflow.user": _user(), **environment_tags(Path.cwd())}
        description = describe(self._record)

        def action() -> None:
            self._store = choose_store(self._uri, self._record.experiment, self._database)
            self._store.open(self._record, environment, description)

        opened = self._try(action)
        if opened:
            self._ready.set()
        return opened

    def _write(self, runs: list[TrialRun]) -> list[TrialRun]:
        """Write runs and return those that could not be written."""
        store = self._store
        if store is None or not self._ready.is_set():
            return runs
        trials = [run for run in runs if run.tags.get(KIND_TAG, TRIAL_KIND) == TRIAL_KIND]
        self._seen = self._seen.add(trials)
        new = [run for run in runs if store.outcome(run.trial_id) != run.outcome]
        self._try(lambda: store.write(new))
        unwritten = []
        for run in new:
            # One refused run must not prevent the rest of its batch.
            if store.outcome(run.trial_id) != run.outcome and not self._try(partial(store.write, [run])):
                unwritten.append(run)
        if trials:
            self._skipped += len(runs) - len(new)
            self._written += len(new) - len(unwritten)
        self._thinned += sum(THINNED_TAG in run.tags for run in runs)
        return unwritten

    def _end(self) -> None:
        store, (status, artifacts, metrics) = self._store, self._ended_as
        if store is not None and self._ready.is_set():
            self._try(lambda: store.save_views(self._record, self._seen))
            # End the run first: the artifacts may be in another store, which may refuse them or not respond.
            self._ended = self._try(lambda: store.finish(status, metrics))
            before = self._error
            files = {"config.yaml": self._record.config_yaml, **artifacts}
            if self._ended and not self._try(lambda: store.log_artifacts(files)):
                self._error, self._artifacts_error = before, self._error
            store.close()

    def _try(self, action: Callable[[], None]) -> bool:
        """Retry ``action`` until it succeeds, fails permanently, or the store is down for too long."""
        delay = FIRST_DELAY_SECONDS
        while not self._given_up:
            started = time.monotonic()
            try:
                action()
            except StoreError as error:
                self._error = str(error)
                if error.permanent:
                    return False
            else:
                return True
            finally:
                self._busy_seconds += time.monotonic() - started
            self._given_up = self._deadline is not None and time.monotonic() > self._deadline
            self._pause(delay)
            delay = min(2 * delay, LONGEST_DELAY_SECONDS)
        return False

    def _pause(self, delay: float) -> None:
        # The end of the sweep interrupts a long wait, and shortens the following ones.
        if self._ending.wait(delay) and not self._given_up:
            time.sleep(FIRST_DELAY_SECONDS)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"
