"""What can happen to a sweep while it trains: the events that the coordinator takes, in the order of arrival."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from sweep.planning.packing import PlannedPack
from sweep.running.reports import Report


@dataclass(frozen=True)
class PacksPlanned:
    """More is to be trained.

    Args:
        packs: in the order in which they should begin.
    """

    packs: tuple[PlannedPack, ...]


@dataclass(frozen=True)
class PlanEnded:
    """No more packs will be planned."""


@dataclass(frozen=True)
class WorkerJoined:
    """A worker is ready for its first pack.

    Args:
        worker: its id, which no other life of a worker has.
    """

    worker: str


@dataclass(frozen=True)
class WorkerLost:
    """A worker has died, or could not start.

    Args:
        worker: its id.
        reason: one sentence.
    """

    worker: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReportReceived:
    """A worker reports epochs of a pack.

    Args:
        worker: who reports.
        pack: number of the pack.
        attempt: which training of this pack it is, from 0.
        report: the epochs; ``report.number`` counts the reports of an attempt from 0.
        dropped: how many commands the worker has dropped since its last report, because their pack had ended.
    """

    worker: str
    pack: int
    attempt: int
    report: Report
    dropped: int = 0


@dataclass(frozen=True, kw_only=True)
class PackFailed:
    """Training a pack raised an error; it would raise again.

    Args:
        worker: who trained it.
        pack: number of the pack.
        attempt: which training of this pack it was.
        error: one sentence.
        dropped: as for `ReportReceived`.
    """

    worker: str
    pack: int
    attempt: int
    error: str
    dropped: int = 0


@dataclass(frozen=True)
class RoomChanged:
    """Nodes have joined or left.

    Args:
        workers: for how many there is room now.
    """

    workers: int


@dataclass(frozen=True)
class StopRequested:
    """The sweep shall end now; what trains is trained again by the next start.

    Args:
        reason: ``user`` or ``deadline``.
    """

    reason: str


@dataclass(frozen=True)
class TimePassed:
    """Time goes on; sent a few times a second.

    Args:
        seconds: since the executor began.
    """

    seconds: float


Event: TypeAlias = (
    PacksPlanned
    | PlanEnded
    | WorkerJoined
    | WorkerLost
    | ReportReceived
    | PackFailed
    | RoomChanged
    | StopRequested
    | TimePassed
)
