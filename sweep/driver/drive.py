"""Trains the packs of a sweep, phase after phase, and hands on what arrives."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from sweep.driver.board import Board
from sweep.driver.phases import Phases
from sweep.driver.prepare import Preparation
from sweep.driver.tile_size import tuned_tile_bytes
from sweep.execution.inline import train_inline
from sweep.execution.ray import Assignment, Listener, ray_session, train_jobs
from sweep.execution.reports import PackCollector
from sweep.planning.packing import Job
from sweep.records import Trial, TrialResult
from sweep.results import ResultsFolder
from sweep.system.limits import cache_folder
from sweep.tracking import SweepWriter
from trainers.data import Dataset

TILE_FILE = "tile.json"
"""Remembers in the user's cache folder what `sweep.driver.tile_size` has measured."""

WAITING = "No worker has come yet: there is no room, or the nodes of the cluster still start. The sweep waits for them."


LOOK_SECONDS = 0.1
"""How often a sweep that waits for another one of this process looks whether it should stop."""

_TURN = threading.Lock()
"""Held by the sweep of this process that trains on Ray: Tune's registry, and Ray's end, are of the whole process."""


class Training:
    """Trains what remains, and puts what arrives into the journal, MLflow and the display."""

    def __init__(
        self,
        preparation: Preparation,
        folder: ResultsFolder,
        writer: SweepWriter | None,
        board: Board,
        phases: Phases,
    ) -> None:
        self.preparation = preparation
        self.folder = folder
        self.writer = writer
        self.board = board
        self.phases = phases
        self.past: list[PackCollector] = []
        self.collectors: list[PackCollector] = []
        self.workers = 0

    def efficiency(self, seconds: float) -> float | None:
        """Share of the workers' time in ``seconds`` that went into training; None if nothing was trained."""
        busy = sum(collector.busy_seconds for collector in (*self.past, *self.collectors))
        return busy / (self.workers * seconds) if busy else None

    def run(self, trials: Sequence[Trial], should_stop: Callable[[], bool], later: ExitStack) -> None:
        """Train ``trials`` and what follows, or some of it when it should stop; Ray ends in the background.

        Of several sweeps in the threads of one process, one trains on Ray at a time; the others wait.

        Args:
            trials: of the first phase that is not finished.
            should_stop: asked several times a second.
            later: waits for Ray's end when it closes.
        """
        preparation = self.preparation
        self.board.progress.start(self.phases.total, self.board.done)
        try:
            dataset = preparation.data
            # Before Ray starts: a fork in the middle of a matrix multiply can leave BLAS waiting for ever.
            rates = preparation.rates()
            cache = cache_folder(os.environ)
            tile_bytes = tuned_tile_bytes(None if cache is None else cache / TILE_FILE)
            if preparation.config.resources.executor == "inline":
                while trials:
                    self._train_here(preparation.jobs(trials, rates, 1), dataset, tile_bytes, should_stop)
                    trials = () if should_stop() else self.phases.next()
                return
            examples = preparation.plan.training_examples
            seconds = sum(rates.trial_seconds(trial.arm.setting, examples) for trial in trials)
            while not _TURN.acquire(timeout=LOOK_SECONDS):
                if should_stop():
                    return
            # Given back once Ray has ended.
            later.callback(_TURN.release)
            with ray_session(preparation.resources, later, seconds=seconds) as workers:
                while trials:
                    self._train(preparation.jobs(trials, rates, workers), dataset, workers, tile_bytes, should_stop)
                    trials = () if should_stop() else self.phases.next()
        finally:
            self.board.progress.stop()

    def _train_here(
        self, jobs: Sequence[Job], dataset: Dataset, tile_bytes: int, should_stop: Callable[[], bool]
    ) -> None:
        self._begin(jobs, 1)
        train_inline(
            jobs,
            self.preparation.recipe,
            dataset,
            self.preparation.resources.cpus_per_worker,
            tile_bytes,
            self._listener(should_stop),
        )

    def _train(
        self, jobs: Sequence[Job], dataset: Dataset, workers: int, tile_bytes: int, should_stop: Callable[[], bool]
    ) -> None:
        self._begin(jobs, workers)
        assignment = Assignment(jobs, self.preparation.recipe, self.preparation.resources, workers, tile_bytes)
        train_jobs(assignment, dataset, self._listener(should_stop))

    def _listener(self, should_stop: Callable[[], bool]) -> Listener:
        return Listener(
            on_chunk=lambda index, chunk: self._take(self.collectors[index].add(chunk)),
            on_retry=lambda index: self.board.progress.message("A worker died; its trials start over."),
            on_failure=lambda index, error: self._take(self.collectors[index].fail(error, time.time())),
            on_wait=lambda: self.board.progress.message(WAITING),
            should_stop=should_stop,
        )

    def _begin(self, jobs: Sequence[Job], workers: int) -> None:
        self.workers = workers
        self.past += self.collectors
        self.collectors = [PackCollector(job) for job in jobs]

    def _take(self, results: Sequence[TrialResult]) -> None:
        results = [self.phases.tagged(result) for result in results]
        if results:
            self.folder.append(results)
            for result in results:
                if self.writer is not None:
                    self.writer.log_trial(result)
        self.board.ended(results)
        self.board.show(self.collectors)
