"""Interface of the sources of training: what a worker runs to train a pack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from sweep.planning.packing import PlannedPack
from sweep.running.reports import Report


class Source(Protocol):
    """Trains packs; it is sent to each worker once."""

    def load(self, threads: int, folder: str) -> None:
        """Load what training needs, in the worker.

        Args:
            threads: number of threads that a training may use.
            folder: where the user's modules are on this machine.
        """

    def train(self, planned: PlannedPack) -> Iterator[Report | None]:
        """Train a pack and yield its reports; None means that there is none yet.

        Closing the iterator stops the training.
        """

    def close(self) -> None:
        """End what `load` has started."""
