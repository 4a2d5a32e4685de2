"""Keeps account of packs that have not ended, and counts what rarely happens to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sweep.planning.packing import PlannedPack


@dataclass
class Pack:
    """A pack that has not ended.

    Args:
        planned: what to train.
        attempt: counts from 0; incremented each time that the pack is restarted.
        next_report: number of the report that is expected.
        worker: id of the worker that trains it; None while it waits for one.
        left: indices of its trials that have not ended.
        merging: indices of those that leave it only to be merged into a larger pack.
    """

    planned: PlannedPack
    attempt: int = 0
    next_report: int = 0
    worker: str | None = None
    left: set[int] = field(default_factory=set)
    merging: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        """All trials are left."""
        self.left = set(range(len(self.planned.trials)))

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
