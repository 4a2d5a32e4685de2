"""Main loop of training: passes events to the coordinator, and its commands to the executor and readers."""

from __future__ import annotations

import shutil
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import chain

from sweep.driver.going_on import GoingOn, drop_ended
from sweep.driver.phases import Phases
from sweep.driver.populations import Populations
from sweep.driver.prepare import Preparation
from sweep.driver.progress_tracker import ProgressTracker
from sweep.driver.steering import Steering
from sweep.execution.executor import Executor
from sweep.execution.inline import InlineExecutor
from sweep.execution.ray import WorkerSettings, fallbacks, ray_executor, ray_session
from sweep.execution.sources.assignment import PAUSED
from sweep.execution.sources.checkpoint_files import CHECKPOINTS, drop_pack, find_files
from sweep.planning.cost import Rates
from sweep.planning.packing import PlannedPack
from sweep.records import Trial, TrialResult
from sweep.results import ResultsFolder
from sweep.results.kept_files import write_files
from sweep.running.collecting import Collectors
from sweep.running.commands import (
    AcceptReport,
    Command,
    EndTrials,
    FailPack,
    FormPack,
    NotifyWaiting,
    PlanMore,
    RestartPack,
    TakeOver,
)
from sweep.running.coordinator import Coordinator
from sweep.running.decisions import Decisions
from sweep.running.events import Event, LimitReached, PacksPlanned, PlanEnded, PlanWaits, StopRequested, TimePassed
from sweep.running.limits import LIMIT_TAG, Limits
from sweep.running.log_records import records_of, start_record
from sweep.running.packs import Counts
from sweep.running.reports import NO_EPOCHS
from sweep.running.schedulers import make_scheduler
from sweep.tracking import SweepWriter

WAITING = "No worker has come yet: there is no room, or the nodes of the cluster still start. The sweep waits for them."
PAUSES = "The sweep is paused; `sweep resume` lets it go on."
GOES_ON = "The sweep goes on."
STARTS_OVER = "A worker died; its trials start over."
GO_ON = "A worker died; its trials go on from their last checkpoint."

NOTHING = GoingOn()
"""No trial goes on."""

LOOK_SECONDS = 0.1
"""How often a sweep that waits for another sweep of this process checks whether it should stop."""

_RAY_LOCK = threading.Lock()
"""Held by the sweep that trains on Ray, since Tune's registry and Ray's shutdown affect the whole process."""


class Training:
    """Trains the remaining trials; results are written to the event log before MLflow and the display."""

    def __init__(
        self,
        preparation: Preparation,
        folder: ResultsFolder,
        writer: SweepWriter | None,
        tracker: ProgressTracker,
        phases: Phases,
        going_on: GoingOn = NOTHING,
    ) -> None:
        self.preparation = preparation
        self.folder = folder
        self.writer = writer
        self.tracker = tracker
        self.phases = phases
        self.going_on = going_on
        self.collectors = Collectors()
        self.collectors.know(going_on.rows)
        self.workers = 0
        self.counts = Counts()
        self.scheduler = make_scheduler(preparation.config)
        config = preparation.config
        self.populations = Populations(folder)
        self.steering = Steering(folder.path, config.scientific)
        self.limits = Limits(config.limits, config.metric, config.trainer.target, phases.plan.seeds)
        self._found_limit: str | None = None
        self._is_complete = False
        self._start = uuid.uuid4().hex[:8]

    def efficiency(self, seconds: float) -> float | None:
        """Return the fraction of the workers' time spent on training; None if nothing was trained."""
        busy = self.collectors.busy_seconds
        return busy / (self.workers * seconds) if busy else None

    def run(self, trials: Sequence[Trial], should_stop: Callable[[], bool], later: ExitStack) -> None:
        """Train ``trials`` and the following phases until done or stopped; Ray shuts down in the background.

        If several threads of a process run sweeps, one trains on Ray at a time and the others wait.

        Args:
            trials: trials of the first unfinished phase.
            should_stop: called several times a second.
            later: waits for Ray's shutdown when it closes.
        """
        preparation = self.preparation
        resources = preparation.resources
        self.tracker.progress.start(self.phases.total, self.tracker.done)
        try:
            # Before Ray starts, because a fork during a matrix multiplication can deadlock BLAS.
            rates = preparation.rates()
            if preparation.config.resources.executor == "inline":
                inline = InlineExecutor(preparation.source(self.folder.path, 0.0), resources.cpus_per_worker)
                alone = Coordinator(1, plans_ahead=preparation.growing is not None, decisions=self._decisions())
                self._drive(inline, alone, trials, rates, should_stop, 1)
                return
            seconds = preparation.seconds(trials, rates)
            source = preparation.source(self.folder.path, seconds / preparation.workers)
            while not _RAY_LOCK.acquire(timeout=LOOK_SECONDS):
                if should_stop():
                    return
            # Released after Ray's shutdown.
            later.callback(_RAY_LOCK.release)
            with ray_session(resources, later, seconds=seconds) as workers:
                settings = WorkerSettings(source, resources, preparation.grace_seconds)
                follows_capacity = resources.address is not None and resources.workers is None
                coordinator = Coordinator(
                    workers,
                    follows_capacity=follows_capacity,
                    plans_ahead=preparation.growing is not None,
                    decisions=self._decisions(),
                )
                self._drive(ray_executor(settings, workers), coordinator, trials, rates, should_stop, workers)
                for note in fallbacks():
                    self.tracker.progress.message(note)
        finally:
            self.tracker.progress.stop()
            # Paused trials of an interrupted sweep start over, except those of a population, which depend on others.
            if self._is_complete or not self.populations.is_used:
                shutil.rmtree(self.folder.path / PAUSED, ignore_errors=True)
            if (self.folder.path / CHECKPOINTS).is_dir():
                drop_ended(self.folder.path, {result.trial.id for result in self.folder.results()})

    def _decisions(self) -> Decisions | None:
        """Return the scheduler with what it is to know of trials that have ended before."""
        if self.scheduler is None:
            return None
        metric = self.preparation.config.metric
        rule = self.phases.plan.demand.scheduler
        cohorts = [[trial.id for trial in cohort] for cohort in self.phases.cohorts]
        decisions = Decisions(self.scheduler, metric.name, metric.mode, rule, cohorts)
        finished = self.folder.finished_trial_ids().intersection(chain.from_iterable(cohorts))
        decisions.restore(result for result in self.folder.results() if result.trial.id in finished)
        return decisions

    def _drive(
        self,
        executor: Executor,
        coordinator: Coordinator,
        trials: Sequence[Trial],
        rates: Rates,
        should_stop: Callable[[], bool],
        workers: int,
    ) -> None:
        """Pass events to the coordinator and carry out its commands until it ends the execution."""
        self.workers = workers
        self.counts = coordinator.counts
        self.folder.log.append([start_record(self._start, time.time())])

        begun = time.monotonic()

        def handle(event: Event) -> None:
            if isinstance(event, TimePassed) and should_stop():
                event = StopRequested("user")
            elif isinstance(event, TimePassed):
                self._steer(handle, (time.monotonic() - begun) / 60)
            first_pack = len(self.collectors)
            if isinstance(event, PacksPlanned):
                self.collectors.add(event.packs)
            commands = coordinator.handle(event)
            now = time.time()
            self.folder.log.append(records_of(event, commands, start=self._start, first_pack=first_pack, seconds=now))
            for command in commands:
                self._perform(command, executor, plan_more, now)
            self._end_at_limit(handle, self._found_limit)

        def plan(remaining: Sequence[Trial] | None) -> None:
            if remaining is None:
                handle(PlanWaits())
                return
            packs = self._packs(self._without_cancelled(remaining), rates, workers)
            handle(PacksPlanned(tuple(packs)) if packs else PlanEnded())

        def plan_more(more: PlanMore) -> None:
            found = () if should_stop() else self.phases.next(workers=more.workers, is_idle=more.is_idle)
            self._add_results(self.phases.taken)
            self.phases.taken.clear()
            plan(found)

        plan(trials)
        executor.run(handle)
        self._is_complete = coordinator.is_complete

    def _steer(self, handle: Callable[[Event], None], minutes: float) -> None:
        """Carry out what the user has asked, and look whether a limit is reached."""
        was_paused = self.steering.is_paused
        for event in self.steering.events(self.phases.plan.trials):
            handle(event)
        if self.steering.is_paused != was_paused:
            self.tracker.progress.message(GOES_ON if was_paused else PAUSES)
        self.limits.change(self.steering.take_limits())
        self._end_at_limit(handle, self.limits.reached(minutes))

    def _end_at_limit(self, handle: Callable[[Event], None], limit: str | None) -> None:
        """End the selection once, if a limit is reached."""
        if limit is None or self.phases.limit or self.phases.is_report:
            return
        self.phases.end_at(limit)
        handle(LimitReached(limit))
        ended = {result.trial.id for result in self.folder.results()}
        unbegun = [trial for trial in self.phases.plan.trials if trial.id not in ended]
        # MLflow gets no runs of trials that have not begun.
        self.tracker.ended(self._cancelled(unbegun, {LIMIT_TAG: limit}))

    def _packs(self, trials: Sequence[Trial], rates: Rates, workers: int) -> Sequence[PlannedPack]:
        """Form packs, in which a scheduler decides while the selection lasts."""
        if self.phases.plan is not self.preparation.plan and self.preparation.growing is not None:
            self.preparation = self.preparation.with_plan(self.phases.plan)
        is_decided = self.scheduler is not None and not self.phases.is_report
        points = self.scheduler.points if self.scheduler is not None and is_decided else None
        packs: Sequence[PlannedPack] = []
        if self.populations.is_used:
            packs = self.populations.packs(self.preparation, trials, rates, workers) if trials else []
        elif trials:
            packs = self.going_on.packs(self.preparation, trials, rates, workers, points)
        if self.scheduler is None or not is_decided:
            return packs
        return [replace(pack, decisions=self.scheduler.points) for pack in packs]

    def _without_cancelled(self, trials: Sequence[Trial]) -> Sequence[Trial]:
        """Leave out the trials of levels that the user has ended, which are CANCELLED."""
        cancelled = [trial for trial in trials if self.steering.is_cancelled(trial)]
        if not cancelled:
            return trials
        self._add_results(self._cancelled(cancelled, {}))
        return [trial for trial in trials if trial not in cancelled]

    def _cancelled(self, trials: Sequence[Trial], tags: Mapping[str, str]) -> list[TrialResult]:
        """Record trials that are not trained as CANCELLED."""
        now = time.time()
        results = [TrialResult(trial, "CANCELLED", NO_EPOCHS, {}, now, now, tags=tags) for trial in trials]
        self.folder.append(results)
        return results

    def _perform(
        self, command: Command, executor: Executor, plan_more: Callable[[PlanMore], None], seconds: float
    ) -> None:
        match command:
            case AcceptReport() | EndTrials() | FormPack() | FailPack():
                if isinstance(command, AcceptReport) and command.report.files:
                    write_files(self.folder.path, self.collectors[command.pack].trials[0], command.report.files)
                self._add_results(self.collectors.take(command, seconds))
                if not self.collectors[command.pack].unfinished:
                    drop_pack(self.folder.path, [trial.id for trial in self.collectors[command.pack].trials])
            case TakeOver():
                self.populations.take_over(command, self.collectors)
            case RestartPack():
                self.tracker.progress.message(GO_ON if self._has_checkpoint(command.pack) else STARTS_OVER)
            case NotifyWaiting():
                self.tracker.progress.message(WAITING)
            case PlanMore():
                plan_more(command)
            case _:
                executor.send(command)

    def _has_checkpoint(self, pack: int) -> bool:
        """Whether there are checkpoints of the trials of a pack that have not ended."""
        collector = self.collectors[pack]
        left = {collector.trials[index].id for index in collector.unfinished}
        return any(not left.isdisjoint(file.trials) for file in find_files(self.folder.path))

    def _add_results(self, results: Sequence[TrialResult]) -> None:
        """Pass results of ended trials, which are already in the event log, to MLflow and the display."""
        results = [self.phases.plan.tagged(result) for result in results]
        self.phases.add(results)
        self._found_limit = self.limits.add(results)
        if self.writer is not None:
            for result in results:
                self.writer.log_trial(self.populations.noted(result))
        self.tracker.ended(results)
        self.tracker.show(self.collectors)
