"""Trains packs in this process, one after another and without Ray, for very small sweeps."""

from __future__ import annotations

import time
from collections.abc import Iterator

from threadpoolctl import threadpool_limits

from sweep.execution.boundary import next_report
from sweep.execution.executor import ExecutorCommand, Handler
from sweep.execution.sources.packed import train_in_reports
from sweep.planning.recipe import Recipe
from sweep.running.commands import EndExecution, StopPack, TrainPack
from sweep.running.events import PackFailed, ReportReceived, TimePassed, WorkerJoined
from sweep.running.reports import Report
from trainers.data import Dataset

WORKER = "inline"
"""Id of the only worker, which is this process."""


class InlineExecutor:
    """An executor whose only worker is this process.

    Args:
        recipe: what all packs share.
        dataset: data set of all packs.
        threads: number of BLAS threads.
        tile_bytes: as in `trainers.loop.train`.
    """

    def __init__(self, recipe: Recipe, dataset: Dataset, threads: int, tile_bytes: int) -> None:
        self._recipe = recipe
        self._dataset = dataset
        self._threads = threads
        self._tile_bytes = tile_bytes
        self._command: TrainPack | None = None
        self._reports: Iterator[Report] = iter(())
        self._has_ended = False

    def run(self, handle: Handler) -> None:
        """Train the packs passed to `send`; arguments as for `Executor`."""
        self._recipe.load_backend()
        begun = time.monotonic()
        with threadpool_limits(limits=self._threads):
            handle(WorkerJoined(WORKER))
            while not self._has_ended:
                handle(TimePassed(time.monotonic() - begun))
                if self._command is not None and not self._has_ended:
                    self._step(self._command, handle)

    def send(self, command: ExecutorCommand) -> None:
        """Carry out a command."""
        match command:
            case TrainPack():
                self._command = command
                self._reports = train_in_reports(
                    command.planned, self._recipe, self._dataset, tile_bytes=self._tile_bytes
                )
            case StopPack():
                self._command = None
            case EndExecution():
                self._has_ended = True
            case _:
                # This process is the only worker.
                pass

    def _step(self, command: TrainPack, handle: Handler) -> None:
        report = next_report(self._reports)
        if isinstance(report, str) or report.last:
            self._command = None
        if isinstance(report, str):
            handle(PackFailed(worker=WORKER, pack=command.pack, attempt=command.attempt, error=report))
        else:
            handle(ReportReceived(worker=WORKER, pack=command.pack, attempt=command.attempt, report=report))
