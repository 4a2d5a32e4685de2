"""Writes a sweep to MLflow from one background thread, so that training never waits for it."""

from __future__ import annotations

import getpass
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from sweep.records import TrialResult
from sweep.tracking.description import describe
from sweep.tracking.machine import environment_tags
from sweep.tracking.quiet import hush_mlflow
from sweep.tracking.records import RunStatus, SweepRecord, WriterReport
from sweep.tracking.runs import TrialRun, trial_run
from sweep.tracking.stores import artifact_folder, is_server
from sweep.tracking.views import NOTHING_SEEN, experiment_page, view_id
from sweep.tracking.waiting import BoundedQueue, PendingFile

if TYPE_CHECKING:
    from sweep.tracking.parent import ParentRun
    from sweep.tracking.sinks import TrialSink

PENDING_NAME = "mlflow-pending.jsonl"
BATCH_NUMBERS = 50_000
QUEUE_NUMBERS = 4_000_000
PUT_SECONDS = 0.5
FIRST_DELAY_SECONDS = 0.25
LONGEST_DELAY_SECONDS = 10.0

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
"""Codes of MLflow's errors that trying again does not cure."""


class SweepWriter:
    """The only writer of a sweep; a context manager.

    The thread starts at once: it imports MLflow, creates the schema, the experiment and the parent run while
    the caller does something else. While the store is down it tries again and again; what it has not written
    when the sweep ends is left in ``mlflow-pending.jsonl`` and written by the next start of the same sweep.

    Args:
        uri: address of the store, from ``resolve_uri``.
        record: what the parent run says.
        folder: the results folder; holds the pending file.
        patience_seconds: how long ``finish`` waits for a store that is down.
        queue_numbers: bound of the memory: how many numbers (8 bytes each) may wait to be written.
    """

    def __init__(
        self,
        uri: str,
        record: SweepRecord,
        folder: Path,
        patience_seconds: float = 30.0,
        queue_numbers: int = QUEUE_NUMBERS,
    ) -> None:
        self._uri = uri
        self._record = record
        self._patience_seconds = patience_seconds
        self._queue = BoundedQueue(queue_numbers)
        self._pending = PendingFile(folder / PENDING_NAME)
        self._deadline: float | None = None
        self._given_up = False
        self._ending = threading.Event()
        self._ready = threading.Event()
        self._parent: ParentRun | None = None
        self._sink: TrialSink | None = None
        self._ended_as: tuple[RunStatus, Mapping[str, Path | str | bytes], Mapping[str, float]] = ("KILLED", {}, {})
        self._written = self._skipped = self._failed = 0
        self._seen = NOTHING_SEEN
        self._busy_seconds = 0.0
        self._batch: list[TrialRun] = []
        self._completed = False
        self._error: str | None = None
        self._report: WriterReport | None = None
        hush_mlflow()
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
        return self._parent.experiment_id if self._parent and self._ready.is_set() else None

    @property
    def parent_run_id(self) -> str | None:
        """Id of the parent run; None until the thread has opened the store."""
        return self._parent.run_id if self._parent and self._ready.is_set() else None

    def log_trial(self, result: TrialResult) -> None:
        """Hand over a result; returns at once, or after half a second if the store can't keep up."""
        if not self._queue.put(result, PUT_SECONDS):
            self._pending.append([self._describe(result)])

    def finish(
        self,
        status: RunStatus,
        artifacts: Mapping[str, Path | str | bytes],
        metrics: Mapping[str, float],
    ) -> WriterReport:
        """Write what is left, log the artifacts on the parent run and end it; a second call changes nothing.

        Args:
            status: how the sweep ended.
            artifacts: path in the run -> a file, a folder, a text or bytes.
            metrics: metrics of the parent run.
        """
        if self._report is None:
            if not self._ending.is_set():
                self._ended_as = (status, artifacts, metrics)
                self._deadline = time.monotonic() + self._patience_seconds
                self._ending.set()
                self._queue.close()
            self._thread.join()
            if not self._completed:
                self._error = "The writer ended early; its traceback is above."
            self._report = WriterReport(
                written=self._written,
                skipped=self._skipped,
                failed=self._failed,
                seconds=self._busy_seconds,
                pending=self._pending.path if self._failed else None,
                error=self._error if self._failed or not self._completed or not self._ready.is_set() else None,
                url=self._url(),
            )
        return self._report

    def _url(self) -> str | None:
        if not is_server(self._uri) or self.experiment_id is None:
            return None
        return experiment_page(self._uri, self.experiment_id, view_id(self._record.name, "settings"))

    def _describe(self, result: TrialResult) -> TrialRun:
        return trial_run(result, self._record.metric, self._record.mode)

    def _work(self) -> None:
        """Body of the thread: write until the queue is closed; whatever happens, no result is lost."""
        try:
            self._serve()
            self._completed = True
        finally:
            while self._batch or (batch := self._queue.take(BATCH_NUMBERS)):
                self._keep(self._batch or [self._describe(result) for result in batch])
                self._batch = []
            if not self._completed:
                self._end()

    def _serve(self) -> None:
        from mlflow.utils.logging_utils import suppress_logs_in_thread

        with suppress_logs_in_thread():
            opened = self._open()
            while results := self._queue.take(BATCH_NUMBERS):
                self._batch = [self._describe(result) for result in results]
                self._keep(self._write(self._batch))
                self._batch = []
            self._failed = self._pending.drain(self._write, BATCH_NUMBERS)
            if opened:
                self._end()

    def _keep(self, unwritten: list[TrialRun]) -> None:
        if unwritten:
            self._pending.append(unwritten)
            self._failed += len(unwritten)

    def _open(self) -> bool:
        from sweep.tracking.parent import ParentRun
        from sweep.tracking.sinks import open_sink

        environment = {"mlflow.user": _user(), **environment_tags(Path.cwd())}
        description = describe(self._record)

        def action() -> None:
            self._parent = ParentRun(self._uri, artifact_folder(self._uri))
            self._parent.open(self._record, environment, description)
            self._sink = open_sink(self._uri, self._parent)

        opened = self._try(action)
        if opened:
            self._ready.set()
        return opened

    def _write(self, runs: list[TrialRun]) -> list[TrialRun]:
        """Write runs and return those that could not be written."""
        parent, sink = self._parent, self._sink
        if parent is None or sink is None:
            return runs
        self._seen = self._seen.add(runs)
        new = [run for run in runs if parent.outcome(run.trial_id) != run.outcome]
        self._try(lambda: sink.write(new))
        unwritten = []
        for run in new:
            # One refused run must not take its batch with it.
            if parent.outcome(run.trial_id) != run.outcome and not self._try(partial(sink.write, [run])):
                unwritten.append(run)
        self._skipped += len(runs) - len(new)
        self._written += len(new) - len(unwritten)
        return unwritten

    def _end(self) -> None:
        parent, sink, (status, artifacts, metrics) = self._parent, self._sink, self._ended_as
        if parent is not None and sink is not None:
            sink.close()
            self._try(lambda: parent.save_views(self._record, self._seen))
            self._try(lambda: parent.finish(status, artifacts, metrics))

    def _try(self, action: Callable[[], None]) -> bool:
        """Do ``action`` until it succeeds, is refused for good, or the store is down for too long."""
        from mlflow.exceptions import MlflowException

        delay = FIRST_DELAY_SECONDS
        while not self._given_up:
            started = time.monotonic()
            try:
                action()
            except MlflowException as error:
                self._error = _sentence(error)
                if error.error_code in PERMANENT:
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
        # The end of the sweep cuts a long wait short, and makes the rest of them short.
        if self._ending.wait(delay) and not self._given_up:
            time.sleep(FIRST_DELAY_SECONDS)


def _sentence(error: Exception) -> str:
    return " ".join(str(error).split())[:500]


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"
