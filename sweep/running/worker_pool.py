"""Knows the workers of a sweep: which train what, how many there should be, and whether they start at all."""

from __future__ import annotations

FAILED_STARTS = 3
"""After this many consecutive workers failed to start, no more are started."""


class WorkerPool:
    """Workers by their id.

    Args:
        workers: number of workers that may train at once.
        follows_capacity: whether to use more workers when the cluster has capacity for more.
    """

    def __init__(self, workers: int, *, follows_capacity: bool) -> None:
        self._least = self._capacity = workers
        self._follows_capacity = follows_capacity
        self._most: int | None = None
        self._packs: dict[str, int | None] = {}
        self._used = 0
        self._starts_failed = 0

    def __contains__(self, worker: str) -> bool:
        return worker in self._packs

    def __len__(self) -> int:
        """Number of live workers."""
        return len(self._packs)

    @property
    def starts_fail(self) -> bool:
        """Whether no worker is alive, and no more are started."""
        return self._starts_failed >= FAILED_STARTS and not self._packs

    @property
    def free(self) -> list[str]:
        """Workers that train nothing and may be given a pack."""
        free = [worker for worker, pack in self._packs.items() if pack is None]
        return free if self._most is None else free[: max(0, self._most - (len(self._packs) - len(free)))]

    def set_capacity(self, workers: int) -> None:
        """Take how many workers fit the cluster."""
        self._capacity = workers

    def limit(self, workers: int) -> None:
        """Use so many workers, whatever fits the cluster."""
        self._least = self._most = workers

    def join(self, worker: str) -> None:
        """Take a worker that is ready."""
        self._starts_failed = 0
        self._packs[worker] = None

    def fail_to_start(self) -> None:
        """Take that a worker could not start."""
        self._starts_failed += 1

    def lose(self, worker: str) -> int | None:
        """Take that a worker has died; returns the number of the pack that it trained."""
        return self._packs.pop(worker)

    def give(self, worker: str, pack: int) -> None:
        """Let a free worker train a pack."""
        self._packs[worker] = pack

    def release(self, worker: str | None) -> None:
        """Take that a worker, if it is alive, trains nothing any more."""
        if worker in self._packs:
            self._packs[worker] = None

    def change_of_number(self, packs: int) -> int | None:
        """Return how many workers are to be used for so many packs; None if that has not changed."""
        count = self._wanted(packs)
        if count == self._used:
            return None
        self._used = count
        return count

    def _wanted(self, packs: int) -> int:
        if self._starts_failed >= FAILED_STARTS:
            return max(1, len(self._packs))
        most = max(self._least, self._capacity) if self._follows_capacity else self._least
        # Existing workers are kept: the next packs arrive sooner than a new worker starts.
        count = max(1, self._used, min(most, packs))
        return count if self._most is None else min(count, self._most)
