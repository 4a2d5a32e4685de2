"""Decides what each worker trains next: a state machine that turns events into commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sweep.running.commands import (
    AcceptReport,
    AnswerPack,
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
from sweep.running.decisions import Decisions
from sweep.running.events import (
    CapacityChanged,
    Event,
    PackFailed,
    PacksPlanned,
    PlanEnded,
    PlanWaits,
    ReportReceived,
    StopRequested,
    TimePassed,
    WorkerJoined,
    WorkerLost,
)
from sweep.running.pack_queue import PackQueue
from sweep.running.packs import Counts, Pack
from trainers.loop import Ended

RETRIES = 2
"""How often a pack is restarted after its worker has died."""

FAILED_STARTS = 3
"""After this many consecutive workers failed to start, no more are started."""

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
        self._least = self._capacity = workers
        self._follows_capacity = follows_capacity
        self._plans_ahead = plans_ahead
        self._decisions = decisions
        self._wait_seconds = wait_seconds
        self._packs = PackQueue()
        self._workers: dict[str, int | None] = {}
        self._used = 0
        self._starts_failed = 0
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
            # Reports that still arrive belong to packs that were stopped.
            self.counts.stale += isinstance(event, ReportReceived)
            return []
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
            TimePassed: self._wait,
        }
        return handlers[type(event)](event)

    def _plan(self, event: PacksPlanned) -> list[Command]:
        self._has_asked = False
        self._packs.plan(event.packs)
        if self._decisions is not None:
            decided = [pack for pack in event.packs if pack.decisions is not None]
            self._decisions.add([trial for pack in decided for trial in pack.trials])
        return []

    def _end_plan(self, event: PlanEnded) -> list[Command]:
        self._has_plan_ended = True
        return []

    def _join(self, event: WorkerJoined) -> list[Command]:
        self.counts.joined += 1
        self._starts_failed = 0
        self._workers[event.worker] = None
        return []

    def _change_capacity(self, event: CapacityChanged) -> list[Command]:
        self._capacity = event.workers
        return []

    def _stop(self, event: StopRequested) -> list[Command]:
        self._has_ended = True
        return [EndExecution(at_once=True)]

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
            self._workers[event.worker] = None
            return [stop, *self._restart(event.pack)]
        pack.next_report += 1
        # The planner may propose more once a trial has ended.
        self._has_asked = self._has_asked and not report.ended
        commands: list[Command] = [AcceptReport(event.pack, report)]
        ended = self._packs.take_ends(event.pack, report)
        if self._decisions is not None and pack.planned.decisions is not None:
            commands += self._decide(event, pack, self._decisions)
            for end in ended:
                self._decisions.end(pack.planned.trials[end.trial], end.status)
        if report.last:
            self._end(event.pack)
        return commands

    def _decide(self, event: ReportReceived, pack: Pack, decisions: Decisions) -> list[Command]:
        """Let the scheduler see a report, and answer a pack that waits."""
        report = event.report
        waiting = [trial for trial in report.waiting if trial in pack.left]
        verdicts = decisions.take(report, pack.planned.trials, waiting)
        if not report.waits:
            return []
        stop = tuple(trial for trial, verdict in verdicts.items() if verdict == "prune")
        pause = tuple(trial for trial, verdict in verdicts.items() if verdict == "pause")
        commands: list[Command] = []
        if stop:
            ended = tuple(_pruned(pack, trial, decisions) for trial in stop)
            commands.append(EndTrials(event.pack, ended, decisions.tags))
            pack.left.difference_update(stop)
            self._has_asked = False
        pause = pause or self._packs.merge(event.pack)
        self._packs.paused.forget(pack.ids(sorted(pack.left.difference(pause))))
        if not pack.left:
            self._end(event.pack)
            return [*commands, StopPack(event.worker, event.pack, event.attempt)]
        # A trial that was stopped after the worker began to wait is gone too.
        gone = tuple(trial for trial in report.waiting if trial not in pack.left)
        return [*commands, AnswerPack(event.worker, event.pack, event.attempt, report.number, gone, pause)]

    def _settle(self) -> list[Command]:
        """Carry out what the scheduler has decided on paused trials, and on those that have not begun."""
        if self._decisions is None or self._has_ended:
            return []
        settled = self._decisions.settle()
        self._packs.paused.resume(settled.resumed)
        commands: list[Command] = []
        for one in settled.pruned:
            value = self._decisions.value_of(one.trial_id)
            how = Ended(0, "PRUNED", 0, rung=one.rung, value=value)
            commands += self._end_trial(one.trial_id, how, self._decisions.tags)
        return commands

    def _end_trial(self, trial_id: str, how: Ended, tags: Mapping[str, str]) -> list[Command]:
        commands = self._packs.end_trial(trial_id, how, tags)
        self._has_asked = self._has_asked and not commands
        for command in commands:
            if isinstance(command, StopPack):
                self._end(command.pack)
        return commands

    def _remove_worker(self, event: WorkerLost) -> list[Command]:
        worker, reason = event.worker, event.reason
        if worker not in self._workers:
            self.counts.failed_starts += 1
            self._starts_failed += 1
            if self._starts_failed < FAILED_STARTS or self._workers:
                return []
            # No worker is alive, and no more are started.
            return [FailPack(pack, reason) for pack in self._packs.clear()]
        self.counts.lost += 1
        pack = self._workers.pop(worker)
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
        worker = self._packs.end(pack).worker
        if worker in self._workers:
            self._workers[worker] = None

    def _assign(self) -> Iterable[Command]:
        """Assign waiting packs to free workers, and request the number of workers that can be used."""
        if self._has_ended:
            return
        free = [worker for worker, pack in self._workers.items() if pack is None]
        yield from self._packs.form(len(self._workers), len(free))
        if (count := self._wanted()) != self._used:
            self._used = count
            yield UseWorkers(count)
        for worker in free[: self._packs.waiting]:
            number, formed = self._packs.take()
            yield from formed
            pack = self._packs[number]
            self._workers[worker], pack.worker = number, worker
            yield TrainPack(worker, number, pack.attempt, pack.planned)

    def _wanted(self) -> int:
        if self._starts_failed >= FAILED_STARTS:
            return max(1, len(self._workers))
        most = max(self._least, self._capacity) if self._follows_capacity else self._least
        # Existing workers are kept: the next packs arrive sooner than a new worker starts.
        return max(1, self._used, min(most, len(self._packs)))

    def _plan_more_or_end(self) -> Iterable[Command]:
        """Request more once workers are free or all packs have ended; once the plan has ended, end the execution."""
        if self._has_ended:
            return
        is_idle = self._packs.is_empty
        free = sum(pack is None for pack in self._workers.values())
        if self._has_plan_ended:
            if is_idle:
                self._has_ended = True
                yield EndExecution(at_once=False)
        elif not self._has_asked and (is_idle or (self._plans_ahead and free and not self._packs.waiting)):
            self._has_asked = True
            yield PlanMore(max(free, 1), is_idle)


def _pruned(pack: Pack, trial: int, decisions: Decisions) -> Ended:
    trial_id = pack.planned.trials[trial].id
    return Ended(trial, "PRUNED", 0, rung=decisions.rung_of(trial_id), value=decisions.value_of(trial_id))
