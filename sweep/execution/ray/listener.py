"""What a training tells whoever started it, and what it asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sweep.execution.reports import Chunk


@dataclass(frozen=True)
class Listener:
    """Functions that a training calls.

    Args:
        on_chunk: with the index of the job and what its worker reports.
        on_retry: with the index of a job whose worker died, and which starts over.
        on_failure: with the index of a job that failed for good, and why in one sentence.
        on_wait: once, when no worker has come to train for a while.
        should_stop: several times a second; True ends the training.
    """

    on_chunk: Callable[[int, Chunk], None]
    on_retry: Callable[[int], None]
    on_failure: Callable[[int, str], None]
    on_wait: Callable[[], None]
    should_stop: Callable[[], bool]
