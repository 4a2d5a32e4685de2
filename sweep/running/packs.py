"""Keeps account of packs that have not ended, and counts what rarely happens to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sweep.planning.packing import PlannedPack
from sweep.running.reports import Report


@dataclass
class Pack:
    """A pack that has not ended.

    Args:
        planned: what to train.
        attempt: counts from 0; incremented each time that the pack is restarted.
        next_report: number of the report that is expected.
        reported_epoch: the last epoch that this attempt has reported.
        worker: id of the worker that trains it; None while it waits for one.
        left: indices of its trials that have not ended.
        merging: indices of those that leave it only to be merged into a larger pack.
    """

    planned: PlannedPack
    attempt: int = 0
    next_report: int = 0
    reported_epoch: int = 0
    worker: str | None = None
    left: set[int] = field(default_factory=set)
    merging: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        """All trials are left."""
        self.left = set(range(len(self.planned.trials)))

    def take(self, report: Report) -> None:
        """Take the report that was expected."""
        self.next_report += 1
        if len(report.epochs):
            self.reported_epoch = int(report.epochs.max())

    def begin_again(self) -> None:
        """Begin the next attempt, which may go on from a checkpoint whose epochs are reported."""
        known = self.reported_epoch or self.planned.known_epoch
        self.planned = replace(self.planned, known_epoch=known)
        self.attempt, self.next_report, self.reported_epoch, self.worker = self.attempt + 1, 0, 0, None
        self.merging.clear()

    def ids(self, indices: Sequence[int]) -> list[str]:
        """Return the ids of some of its trials."""
        return [self.planned.trials[index].id for index in indices]


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
