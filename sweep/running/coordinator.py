"""Decides what each worker trains next: a state machine that turns events into commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sweep.running.commands import (
    AcceptReport,
    Command,
    EndExecution,
    EndTrials,
    FailPack,
    NotifyWaiting,
    PlanMore,
    RestartPack,
    StopPack,
    TrainPack,
    UseWorkers,
)
from sweep.running.deciding import decide, settle
from sweep.running.decisions import Decisions
from sweep.running.events import (
    CapacityChanged,
    Event,
    LimitReached,
    PackFailed,
    PacksPlanned,
    PauseRequested,
    PlanEnded,
    PlanWaits,
    ReportReceived,
    ResumeRequested,
    StopRequested,
    TimePassed,
    TrialsCancelled,
    WorkerJoined,
    WorkerLost,
    WorkersRequested,
)
from sweep.running.limits import LIMIT_TAG
from sweep.running.pack_queue import PackQueue
from sweep.running.packs import Counts
from sweep.running.worker_pool import WorkerPool
from trainers.loop import Ended

RETRIES = 2
"""How often a pack is restarted after its worker has died."""

WAIT_SECONDS = 60.0
"""How long to wait for the first worker before the user is notified; starting a node takes about that long."""


class Coordinator:
    """Assigns the packs of a plan to free workers in order, and restarts packs of lost workers.

    It knows neither Ray nor files nor a clock: the same events give the same commands.

    Args:
        workers: number of workers that may train at once.
        follows_capacity: whether to use more workers when the cluster has capacity for more.
        plans_ahead: whether to ask the planner for more as soon as a worker is free, and not only once all packs have
            ended.
        decisions: the scheduler's; None if every trial is trained to its end.
        wait_seconds: time after which the user is notified that no worker has joined.
    """

    def __init__(
        self,
        workers: int,
        *,
        follows_capacity: bool = False,
        plans_ahead: bool = False,
        decisions: Decisions | None = None,
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        self.counts = Counts()
        self._workers = WorkerPool(workers, follows_capacity=follows_capacity)
        self._plans_ahead = plans_ahead
        self._decisions = decisions
        self._wait_seconds = wait_seconds
        self._packs = PackQueue()
        self._is_paused = False
        self._has_asked = self._has_notified = self._has_plan_ended = self._has_ended = False

    @property
    def has_ended(self) -> bool:
        """Whether `EndExecution` was issued."""
        return self._has_ended

    @property
    def is_complete(self) -> bool:
        """Whether the plan and all its packs have ended."""
        return self._has_plan_ended and self._packs.is_empty

    def handle(self, event: Event) -> list[Command]:
        """Process an event and return the commands to carry out, in order."""
        if self._has_ended:
            return self._report_after_end(event) if isinstance(event, ReportReceived) else []
        return [*self._dispatch(event), *self._settle(), *self._assign(), *self._plan_more_or_end()]

    def _dispatch(self, event: Event) -> Iterable[Command]:
        handlers: Mapping[type, Callable[[Any], Iterable[Command]]] = {
            PacksPlanned: self._plan,
            PlanWaits: lambda event: [],
            PlanEnded: self._end_plan,
            WorkerJoined: self._join,
            WorkerLost: self._remove_worker,
            ReportReceived: self._report,
            PackFailed: self._fail,
            CapacityChanged: self._change_capacity,
            StopRequested: self._stop,
            LimitReached: self._end_at_limit,
            TrialsCancelled: self._cancel,
            PauseRequested: self._pause,
            ResumeRequested: self._resume,
            WorkersRequested: self._change_workers,
            TimePassed: self._wait,
        }
        return handlers[type(event)](event)

    def _plan(self, event: PacksPlanned) -> list[Command]:
        self._has_asked = False
        self._packs.plan(event.packs)
        if self._decisions is not None:
            decided = [pack for pack in event.packs if pack.decisions is not None]
            self._decisions.add([trial for pack in decided for trial in pack.trials])
            for pack in decided:
                for trial in pack.trials if pack.resumed_epoch else ():
                    self._decisions.go_on(trial.id, pack.resumed_epoch, pack.setting_of(trial))
        return []

    def _end_plan(self, event: PlanEnded) -> list[Command]:
        self._has_plan_ended = True
        return []

    def _join(self, event: WorkerJoined) -> list[Command]:
        self.counts.joined += 1
        self._workers.join(event.worker)
        return []

    def _change_capacity(self, event: CapacityChanged) -> list[Command]:
        self._workers.set_capacity(event.workers)
        return []

    def _stop(self, event: StopRequested) -> list[Command]:
        self._has_ended = True
        return [EndExecution(at_once=True)]

    def _end_at_limit(self, event: LimitReached) -> list[Command]:
        self._has_asked = False
        return self._carried_out(self._packs.cancel({LIMIT_TAG: event.limit}))

    def _cancel(self, event: TrialsCancelled) -> list[Command]:
        commands: list[Command] = []
        for trial in event.trial_ids:
            commands += self._packs.end_trial(trial, Ended(0, "CANCELLED", 0), {})
            if self._decisions is not None:
                self._decisions.cancel(trial)
        return self._carried_out(commands)

    def _pause(self, event: PauseRequested) -> list[Command]:
        self._is_paused = True
        return self._packs.pause()

    def _resume(self, event: ResumeRequested) -> list[Command]:
        self._is_paused = False
        return []

    def _change_workers(self, event: WorkersRequested) -> list[Command]:
        self._workers.limit(event.workers)
        return []

    def _wait(self, event: TimePassed) -> list[Command]:
        if self._has_notified or self.counts.joined or event.seconds <= self._wait_seconds:
            return []
        self._has_notified = True
        return [NotifyWaiting()]

    def _fail(self, event: PackFailed) -> list[Command]:
        self.counts.dropped += event.dropped
        if not self._is_current(event):
            self.counts.stale += 1
            return []
        return [self._fail_pack(event.pack, event.error)]

    def _is_current(self, event: ReportReceived | PackFailed) -> bool:
        pack = self._packs.get(event.pack)
        return pack is not None and pack.worker == event.worker and pack.attempt == event.attempt

    def _report(self, event: ReportReceived) -> list[Command]:
        self.counts.dropped += event.dropped
        pack, report = self._packs.get(event.pack), event.report
        if pack is None or not self._is_current(event) or report.number < pack.next_report:
            self.counts.stale += 1
            return []
        if report.number > pack.next_report:
            # A missing report means missing epochs, so that the pack has to be restarted.
            stop = StopPack(event.worker, event.pack, pack.attempt)
            self._workers.release(event.worker)
            return [stop, *self._restart(event.pack)]
        pack.take(report)
        # The planner may propose more once a trial has ended.
        self._has_asked = self._has_asked and not report.ended
        if self._decisions is not None and pack.planned.decisions is not None:
            report = self._decisions.held(report, pack.planned.trials, pack.left)
        commands: list[Command] = [AcceptReport(event.pack, report)]
        ended = self._packs.take_ends(event.pack, report)
        if self._decisions is not None and pack.planned.decisions is not None:
            commands += self._carried_out(decide(event, self._packs, self._decisions))
            for end in ended:
                self._decisions.end(pack.planned.trials[end.trial], end.status)
        if report.last:
            self._end(event.pack)
        return commands

    def _report_after_end(self, event: ReportReceived) -> list[Command]:
        """Accept a report of a pack that was stopped with the sweep: its trials go on from there when it is resumed."""
        pack = self._packs.get(event.pack)
        if pack is None or not self._is_current(event) or event.report.number != pack.next_report:
            self.counts.stale += 1
            return []
        pack.take(event.report)
        self._packs.take_ends(event.pack, event.report)
        return [AcceptReport(event.pack, event.report)]

    def _settle(self) -> list[Command]:
        if self._decisions is None or self._has_ended:
            return []
        return self._carried_out(settle(self._packs, self._decisions))

    def _carried_out(self, commands: list[Command]) -> list[Command]:
        """Free the workers of packs that are stopped; the planner may propose more once a trial has ended."""
        for command in commands:
            self._has_asked = self._has_asked and not isinstance(command, EndTrials)
            if isinstance(command, StopPack):
                self._end(command.pack)
        return commands

    def _remove_worker(self, event: WorkerLost) -> list[Command]:
        worker, reason = event.worker, event.reason
        if worker not in self._workers:
            self.counts.failed_starts += 1
            self._workers.fail_to_start()
            return self._packs.fail_all(reason) if self._workers.starts_fail else []
        self.counts.lost += 1
        pack = self._workers.lose(worker)
        if pack is None:
            return []
        if self._packs[pack].attempt < RETRIES:
            return self._restart(pack)
        return [self._fail_pack(pack, reason)]

    def _restart(self, pack: int) -> list[Command]:
        self.counts.started_over += 1
        return [RestartPack(pack, self._packs.restart(pack))]

    def _fail_pack(self, number: int, reason: str) -> FailPack:
        pack = self._packs[number]
        if self._decisions is not None and pack.planned.decisions is not None:
            for trial in sorted(pack.left):
                self._decisions.end(pack.planned.trials[trial], "FAILED")
        self._end(number)
        return FailPack(number, reason)

    def _end(self, pack: int) -> None:
        self._has_asked = False
        self._workers.release(self._packs.end(pack).worker)

    def _assign(self) -> Iterable[Command]:
        """Assign waiting packs to free workers, and request the number of workers that can be used."""
        if self._has_ended or self._is_paused:
            return
        free = self._workers.free
        yield from self._packs.form(len(self._workers), len(free))
        if (count := self._workers.change_of_number(len(self._packs))) is not None:
            yield UseWorkers(count)
        for worker in free[: self._packs.waiting]:
            number, formed = self._packs.take()
            yield from formed
            pack = self._packs[number]
            pack.worker = worker
            self._workers.give(worker, number)
            yield TrainPack(worker, number, pack.attempt, pack.planned)

    def _plan_more_or_end(self) -> Iterable[Command]:
        """Request more once workers are free or all packs have ended; once the plan has ended, end the execution."""
        if self._has_ended or self._is_paused:
            return
        is_idle = self._packs.is_empty
        free = len(self._workers.free)
        if self._has_plan_ended:
            if is_idle:
                self._has_ended = True
                yield EndExecution(at_once=False)
        elif not self._has_asked and (is_idle or (self._plans_ahead and free and not self._packs.waiting)):
            self._has_asked = True
            yield PlanMore(max(free, 1), is_idle)
