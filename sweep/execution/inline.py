"""Trains packs in this process, one after another and without Ray, for very small sweeps."""

from __future__ import annotations

import os
import time

from threadpoolctl import threadpool_limits

from sweep.execution.boundary import has_begun, next_report
from sweep.execution.executor import ExecutorCommand, Handler
from sweep.execution.sources.source import Answer, Reports, Source
from sweep.running.commands import AnswerPack, EndExecution, StopPack, StopTrials, TrainPack
from sweep.running.events import PackFailed, ReportReceived, TimePassed, WorkerJoined

IDLE_SECONDS = 0.02
"""How long to wait for a command where there is none."""

WORKER = "inline"
"""Id of the only worker, which is this process."""


class InlineExecutor:
    """An executor whose only worker is this process.

    Args:
        source: what trains the packs.
        threads: number of threads of a training.
    """

    def __init__(self, source: Source, threads: int) -> None:
        self._source = source
        self._threads = threads
        self._command: TrainPack | None = None
        self._reports: Reports | None = None
        self._answer: Answer | None = None
        self._has_ended = False

    def run(self, handle: Handler) -> None:
        """Train the packs passed to `send`; arguments as for `Executor`."""
        begun = time.monotonic()
        # The limit that the source sets ends with the sweep.
        with threadpool_limits():
            try:
                self._source.load(self._threads, os.getcwd())
                handle(WorkerJoined(WORKER))
                while not self._has_ended:
                    handle(TimePassed(time.monotonic() - begun))
                    if self._command is not None and not self._has_ended:
                        self._step(self._command, handle)
                    elif not self._has_ended:
                        # The sweep is paused.
                        time.sleep(IDLE_SECONDS)
            finally:
                self._stop()
                self._source.close()

    def send(self, command: ExecutorCommand) -> None:
        """Carry out a command."""
        match command:
            case TrainPack():
                self._command = command
                self._reports, self._answer = self._source.train(command.planned), None
            case AnswerPack():
                self._add(Answer(command.stop, command.pause))
            case StopTrials():
                self._add(Answer(command.trials, command.pause))
            case StopPack():
                self._stop()
            case EndExecution():
                self._has_ended = True
            case _:
                # This process is the only worker.
                pass

    def _add(self, answer: Answer) -> None:
        """Add an answer to those that the training gets before it goes on."""
        self._answer = (self._answer or Answer()).joined(answer)

    def _stop(self) -> None:
        self._command = None
        if self._reports is not None:
            self._reports.close()

    def _step(self, command: TrainPack, handle: Handler) -> None:
        assert self._reports is not None, "a command is carried out by a training"
        answer = None
        if has_begun(self._reports):
            answer, self._answer = self._answer, None
        report = next_report(self._reports, answer)
        if report is None:
            return
        if isinstance(report, str) or report.last:
            self._command = None
        if isinstance(report, str):
            handle(PackFailed(worker=WORKER, pack=command.pack, attempt=command.attempt, error=report))
        else:
            handle(ReportReceived(worker=WORKER, pack=command.pack, attempt=command.attempt, report=report))
