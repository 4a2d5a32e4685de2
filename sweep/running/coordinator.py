"""Decides what each worker trains next: a state machine that turns events into commands."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sweep.planning.packing import PlannedPack
from sweep.running.commands import (
    AcceptReport,
    Command,
    EndExecution,
    FailPack,
    NotifyWaiting,
    PlanMore,
    RestartPack,
    StopPack,
    TrainPack,
    UseWorkers,
)
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

RETRIES = 2
"""How often a pack is restarted after its worker has died."""

FAILED_STARTS = 3
"""After this many consecutive workers failed to start, no more are started."""

WAIT_SECONDS = 60.0
"""How long to wait for the first worker before the user is notified; starting a node takes about that long."""


@dataclass
class _Pack:
    """A pack that has not ended."""

    planned: PlannedPack
    attempt: int = 0
    next_report: int = 0
    worker: str | None = None


@dataclass
class Counts:
    """Counters of rare events, for monitoring.

    Args:
        joined: workers that joined, including replacements of lost ones.
        lost: workers that died.
        failed_starts: workers that could not start.
        started_over: attempts beyond the first of a pack.
        stale: reports of an attempt that had ended, which were dropped.
        dropped: commands that a worker dropped because their pack had ended.
    """

    joined: int = 0
    lost: int = 0
    failed_starts: int = 0
    started_over: int = 0
    stale: int = 0
    dropped: int = 0


class Coordinator:
    """Assigns the packs of a plan to free workers in order, and restarts packs of lost workers.

    It knows neither Ray nor files nor a clock: the same events give the same commands.

    Args:
        workers: number of workers that may train at once.
        follows_capacity: whether to use more workers when the cluster has capacity for more.
        plans_ahead: whether to ask the planner for more as soon as a worker is free, and not only once all packs have
            ended.
        wait_seconds: time after which the user is notified that no worker has joined.
    """

    def __init__(
        self,
        workers: int,
        *,
        follows_capacity: bool = False,
        plans_ahead: bool = False,
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        self.counts = Counts()
        self._least = self._capacity = workers
        self._follows_capacity = follows_capacity
        self._plans_ahead = plans_ahead
        self._wait_seconds = wait_seconds
        self._packs: dict[int, _Pack] = {}
        self._queue: deque[int] = deque()
        self._next_pack = 0
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
        return self._has_plan_ended and not self._packs

    def handle(self, event: Event) -> list[Command]:
        """Process an event and return the commands to carry out, in order."""
        if self._has_ended:
            # Reports that still arrive belong to packs that were stopped.
            self.counts.stale += isinstance(event, ReportReceived)
            return []
        return [*self._dispatch(event), *self._assign(), *self._plan_more_or_end()]

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
        for planned in event.packs:
            self._packs[self._next_pack] = _Pack(planned)
            self._queue.append(self._next_pack)
            self._next_pack += 1
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
        self._end(event.pack)
        return [FailPack(event.pack, event.error)]

    def _is_current(self, event: ReportReceived | PackFailed) -> bool:
        pack = self._packs.get(event.pack)
        return pack is not None and pack.worker == event.worker and pack.attempt == event.attempt

    def _report(self, event: ReportReceived) -> list[Command]:
        self.counts.dropped += event.dropped
        pack = self._packs.get(event.pack)
        if pack is None or not self._is_current(event) or event.report.number < pack.next_report:
            self.counts.stale += 1
            return []
        if event.report.number > pack.next_report:
            # A missing report means missing epochs, so that the pack has to be restarted.
            stop = StopPack(event.worker, event.pack, pack.attempt)
            self._workers[event.worker] = None
            return [stop, *self._restart(event.pack)]
        pack.next_report += 1
        # The planner may propose more once a trial has ended.
        self._has_asked = self._has_asked and not event.report.ended
        if event.report.last:
            self._end(event.pack)
        return [AcceptReport(event.pack, event.report)]

    def _remove_worker(self, event: WorkerLost) -> list[Command]:
        worker, reason = event.worker, event.reason
        if worker not in self._workers:
            self.counts.failed_starts += 1
            self._starts_failed += 1
            if self._starts_failed < FAILED_STARTS or self._workers:
                return []
            # No worker is alive, and no more are started.
            failed = list(self._packs)
            self._packs.clear()
            self._queue.clear()
            return [FailPack(pack, reason) for pack in failed]
        self.counts.lost += 1
        pack = self._workers.pop(worker)
        if pack is None:
            return []
        if self._packs[pack].attempt < RETRIES:
            return self._restart(pack)
        self._end(pack)
        return [FailPack(pack, reason)]

    def _restart(self, pack: int) -> list[Command]:
        state = self._packs[pack]
        state.attempt, state.next_report, state.worker = state.attempt + 1, 0, None
        self._queue.appendleft(pack)
        self.counts.started_over += 1
        return [RestartPack(pack, state.attempt)]

    def _end(self, pack: int) -> None:
        self._has_asked = False
        worker = self._packs.pop(pack).worker
        if worker in self._workers:
            self._workers[worker] = None

    def _assign(self) -> Iterable[Command]:
        """Assign waiting packs to free workers, and request the number of workers that can be used."""
        if self._has_ended:
            return
        if (count := self._wanted()) != self._used:
            self._used = count
            yield UseWorkers(count)
        free = [worker for worker, pack in self._workers.items() if pack is None]
        for worker in free[: len(self._queue)]:
            number = self._queue.popleft()
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
        is_idle = not self._packs
        free = sum(pack is None for pack in self._workers.values())
        if self._has_plan_ended:
            if is_idle:
                self._has_ended = True
                yield EndExecution(at_once=False)
        elif not self._has_asked and (is_idle or (self._plans_ahead and free and not self._queue)):
            self._has_asked = True
            yield PlanMore(max(free, 1), is_idle)
