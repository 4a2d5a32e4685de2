"""Events that the coordinator processes while a sweep trains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from sweep.planning.packing import PlannedPack
from sweep.running.reports import Report


@dataclass(frozen=True)
class PacksPlanned:
    """More packs are to be trained.

    Args:
        packs: the packs, in the order in which they should start.
    """

    packs: tuple[PlannedPack, ...]


@dataclass(frozen=True)
class PlanWaits:
    """Nothing can be planned before a trial has ended; the planner is asked again then."""


@dataclass(frozen=True)
class PlanEnded:
    """No more packs will be planned."""


@dataclass(frozen=True)
class WorkerJoined:
    """A worker is ready for its first pack.

    Args:
        worker: its id; a worker that replaces a lost one has a new id.
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
        worker: id of the worker.
        pack: number of the pack.
        attempt: number of the attempt, from 0.
        report: the epochs; ``report.number`` counts the reports of an attempt from 0.
        dropped: number of commands that the worker has dropped since its last report, because their pack had ended.
    """

    worker: str
    pack: int
    attempt: int
    report: Report
    dropped: int = 0


@dataclass(frozen=True, kw_only=True)
class PackFailed:
    """Training a pack raised an error; it is not retried, because the error would recur.

    Args:
        worker: id of the worker.
        pack: number of the pack.
        attempt: number of the attempt.
        error: one sentence.
        dropped: as for `ReportReceived`.
    """

    worker: str
    pack: int
    attempt: int
    error: str
    dropped: int = 0


@dataclass(frozen=True)
class CapacityChanged:
    """The cluster's capacity has changed, because nodes have joined or left.

    Args:
        workers: number of workers that fit now.
    """

    workers: int


@dataclass(frozen=True)
class StopRequested:
    """The sweep is to end now; running packs are restarted when it is resumed.

    Args:
        reason: ``user`` or ``deadline``.
    """

    reason: str


@dataclass(frozen=True)
class LimitReached:
    """A limit of the sweep is reached: trials in training are CANCELLED, and those that wait are not trained.

    Args:
        limit: its key in the section `limits`.
    """

    limit: str


@dataclass(frozen=True)
class TrialsCancelled:
    """The user ends some trials.

    Args:
        trial_ids: the trials.
    """

    trial_ids: tuple[str, ...]


@dataclass(frozen=True)
class PauseRequested:
    """The user pauses the sweep: trials in training write checkpoints, and nothing else begins."""


@dataclass(frozen=True)
class ResumeRequested:
    """The user lets a paused sweep go on."""


@dataclass(frozen=True)
class WorkersRequested:
    """The user changes the number of workers.

    Args:
        workers: at least 1.
    """

    workers: int


@dataclass(frozen=True)
class TimePassed:
    """Clock tick, sent a few times a second.

    Args:
        seconds: time since the executor started.
    """

    seconds: float


Event: TypeAlias = (
    PacksPlanned
    | PlanWaits
    | PlanEnded
    | WorkerJoined
    | WorkerLost
    | ReportReceived
    | PackFailed
    | CapacityChanged
    | StopRequested
    | LimitReached
    | TrialsCancelled
    | PauseRequested
    | ResumeRequested
    | WorkersRequested
    | TimePassed
)
