"""One seed becomes independent named streams of random numbers, the same on every machine."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

Stream = Literal["split", "init", "batches"]
STREAMS: tuple[Stream, ...] = get_args(Stream)


def generator(seed: int, stream: Stream) -> np.random.Generator:
    """The generator of one named stream of a seed.

    Every arm with the same seed draws the same split, initial weights and batch order, since each comes from a
    stream of its own (common random numbers).

    Args:
        seed: 0 or more.
        stream: what is drawn from it.

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
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(STREAMS.index(stream),)))
