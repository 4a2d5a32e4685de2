"""Derives independent named random streams from one seed, the same on every machine."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

Stream = Literal["split", "init", "batches", "test", "augment"]
STREAMS: tuple[Stream, ...] = get_args(Stream)


def generator(seed: int, stream: Stream, step: int | None = None) -> np.random.Generator:
    """The generator of one named stream of a seed.

    All arms with the same seed draw the same split, initial weights and batch order, because each has its own stream
    (common random numbers).

    Args:
        seed: 0 or more.
        stream: what it is used for.
        step: number of a step, for a stream that starts anew with each; None for one stream.

    Returns:
        A fresh generator at the start of its stream.

    Raises:
        ValueError: for a negative seed.

    >>> generator(7, "init").random() == generator(7, "init").random()
    True
    >>> generator(7, "init").random() == generator(7, "split").random()
    False

    Reference: O'Neill (2015), "Developing a seed_seq Alternative", as in ``numpy.random.SeedSequence``.
    """
    key = (STREAMS.index(stream),) if step is None else (STREAMS.index(stream), step)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
