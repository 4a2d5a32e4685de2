"""Commands that the coordinator sends to the executor, to the readers of the event log and to the planner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from sweep.planning.packing import PlannedPack
from sweep.records import Exploit, Trial
from sweep.running.reports import Report
from trainers.loop import Ended


@dataclass(frozen=True)
class TrainPack:
    """To the executor: a worker trains a pack from its beginning.

    Args:
        worker: id of a free worker.
        pack: number of the pack.
        attempt: counts from 0; incremented each time that the pack is restarted.
        planned: the pack.
    """

    worker: str
    pack: int
    attempt: int
    planned: PlannedPack


@dataclass(frozen=True)
class StopPack:
    """To the executor: a worker stops training a pack, if it still trains it.

    Args:
        worker: id of the worker.
        pack: number of the pack.
        attempt: attempt to stop.
    """

    worker: str
    pack: int
    attempt: int


@dataclass(frozen=True)
class AnswerPack:
    """To the executor: a pack that waits for a decision on its trials goes on without some of them.

    Args:
        worker: id of the worker.
        pack: number of the pack.
        attempt: attempt that waits.
        number: number of the report that is answered.
        stop: trials that end here, as indices into the trials of the pack.
        pause: trials that leave the pack with a checkpoint.
    """

    worker: str
    pack: int
    attempt: int
    number: int
    stop: tuple[int, ...] = ()
    pause: tuple[int, ...] = ()


@dataclass(frozen=True)
class StopTrials:
    """To the executor: some trials leave a pack that does not wait, after the epoch that is trained.

    Args:
        worker: id of the worker.
        pack: number of the pack.
        attempt: attempt that trains them.
        trials: trials that end, as indices into the trials of the pack.
        pause: trials that leave the pack with a checkpoint.
    """

    worker: str
    pack: int
    attempt: int
    trials: tuple[int, ...] = ()
    pause: tuple[int, ...] = ()


@dataclass(frozen=True)
class UseWorkers:
    """To the executor: keep this many workers; lost ones are replaced.

    Args:
        count: at least 1.
    """

    count: int


@dataclass(frozen=True)
class EndExecution:
    """To the executor: end all workers; this is the last command.

    Args:
        at_once: whether workers that are training are ended too.
    """

    at_once: bool


@dataclass(frozen=True)
class AcceptReport:
    """To the readers: a report is valid."""

    pack: int
    report: Report


@dataclass(frozen=True)
class EndTrials:
    """To the readers: trials end by a decision, and not by themselves.

    Args:
        pack: number of the pack that has trained them last.
        ended: how each has ended.
        tags: tags of the trials.
    """

    pack: int
    ended: tuple[Ended, ...]
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FormPack:
    """To the readers: trials that were planned before are a pack of their own from now on.

    Args:
        pack: number of the new pack.
        planned: the pack.
    """

    pack: int
    planned: PlannedPack


@dataclass(frozen=True)
class TakeOver:
    """To the readers: the state of a paused trial is replaced by that of another, from which it goes on.

    Args:
        exploit: who takes over from whom, and what changes.
        trial: the trial that takes over.
        donor: the other, whose checkpoint is written too.
        epoch: the epoch of that checkpoint.
    """

    exploit: Exploit
    trial: Trial
    donor: Trial
    epoch: int


@dataclass(frozen=True)
class FailPack:
    """To the readers: the trials of a pack that have not ended are FAILED.

    Args:
        pack: number of the pack.
        error: one sentence.
    """

    pack: int
    error: str


@dataclass(frozen=True)
class RestartPack:
    """To the readers: a pack is trained again, because its worker was lost.

    Args:
        pack: number of the pack.
        attempt: number of the new attempt.
    """

    pack: int
    attempt: int


@dataclass(frozen=True)
class NotifyWaiting:
    """To the readers: no worker has joined for a while."""


@dataclass(frozen=True)
class PlanMore:
    """To the planner: workers are free; reply with `PacksPlanned`, `PlanWaits` or `PlanEnded`.

    Args:
        workers: number of workers that are free.
        is_idle: whether all packs have ended, so that `PlanWaits` would wait for nothing.
    """

    workers: int = 1
    is_idle: bool = True


Command: TypeAlias = (
    TrainPack
    | StopPack
    | AnswerPack
    | StopTrials
    | UseWorkers
    | EndExecution
    | AcceptReport
    | EndTrials
    | FormPack
    | TakeOver
    | FailPack
    | RestartPack
    | NotifyWaiting
    | PlanMore
)
