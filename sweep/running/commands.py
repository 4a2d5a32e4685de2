"""What the coordinator wants done: commands to the executor, to the readers of the event log and to the planner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from sweep.planning.packing import PlannedPack
from sweep.running.reports import Report


@dataclass(frozen=True)
class TrainPack:
    """To the executor: a worker trains a pack from its beginning.

    Args:
        worker: which one; it is free.
        pack: number of the pack.
        attempt: from 0; one more each time that the pack starts over.
        planned: its trials.
    """

    worker: str
    pack: int
    attempt: int
    planned: PlannedPack


@dataclass(frozen=True)
class StopPack:
    """To the executor: a worker gives up a pack, if it still trains it.

    Args:
        worker: which one.
        pack: number of the pack.
        attempt: which training of it.
    """

    worker: str
    pack: int
    attempt: int


@dataclass(frozen=True)
class UseWorkers:
    """To the executor: keep so many workers; those that are lost are replaced.

    Args:
        count: at least 1.
    """

    count: int


@dataclass(frozen=True)
class EndExecution:
    """To the executor: end all workers; no command follows.

    Args:
        at_once: whether workers that train are ended too.
    """

    at_once: bool


@dataclass(frozen=True)
class AcceptReport:
    """To the readers: a report counts."""

    pack: int
    report: Report


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
class StartOver:
    """To the readers: a pack is trained again, because its worker was lost.

    Args:
        pack: number of the pack.
        attempt: which training of it begins.
    """

    pack: int
    attempt: int


@dataclass(frozen=True)
class TellWaiting:
    """To the readers: no worker has come for a while."""


@dataclass(frozen=True)
class PlanMore:
    """To the planner: all packs have ended; answer with more of them, or that the plan has ended."""


Command: TypeAlias = (
    TrainPack | StopPack | UseWorkers | EndExecution | AcceptReport | FailPack | StartOver | TellWaiting | PlanMore
)
