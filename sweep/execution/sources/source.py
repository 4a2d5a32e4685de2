"""Interface of the sources of training: what a worker runs to train a pack."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from sweep.planning.packing import PlannedPack
from sweep.running.reports import Report


@dataclass(frozen=True)
class Answer:
    """Which trials leave a pack; a training that waits goes on with the others.

    Args:
        stop: trials that end, as indices into the trials of the pack.
        pause: trials whose checkpoint is written, and which the next report tells to be PAUSED.
    """

    stop: tuple[int, ...] = ()
    pause: tuple[int, ...] = ()

    def joined(self, other: Answer) -> Answer:
        """Return both answers in one, in which a trial leaves once; one that ends does not pause."""
        stop = dict.fromkeys((*self.stop, *other.stop))
        pause = dict.fromkeys((*self.pause, *other.pause))
        return Answer(tuple(stop), tuple(trial for trial in pause if trial not in stop))


Reports: TypeAlias = Generator[Report | None, Answer | None, None]
"""The reports of a training; None where nothing was reported for a while.

After a report that waits, it is sent an `Answer`; after others, it may be.
"""


class Source(Protocol):
    """Trains packs; it is sent to each worker once."""

    def load(self, threads: int, folder: str) -> None:
        """Load what training needs, in the worker.

        Args:
            threads: number of threads that a training may use.
            folder: where the user's modules are on this machine.
        """

    def train(self, planned: PlannedPack) -> Reports:
        """Train a pack and yield its reports; None means that there is none yet.

        Closing the generator stops the training.
        """

    def close(self) -> None:
        """End what `load` has started."""
