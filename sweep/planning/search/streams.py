"""Gives each part of a search a stream of random numbers of its own, the same on every machine."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.random import PCG64, SeedSequence


def stream_of(seed: int, *names: str) -> SeedSequence:
    """Return the seed of a stream by its name, independent of all others.

    Args:
        seed: `search.seed`.
        names: what the stream is for.

    >>> stream_of(0, "random", "adam").generate_state(1) == stream_of(0, "random", "adam").generate_state(1)
    array([ True])
    """
    words = hashlib.sha256("\0".join(names).encode()).digest()
    return SeedSequence([seed, *(int.from_bytes(words[at : at + 4], "little") for at in range(0, 16, 4))])


def number_of(stream: SeedSequence) -> int:
    """Return a whole number from 0 to below 2^31, as a seed for libraries that take one."""
    return int(stream.generate_state(1)[0] >> 1)


class Uniform:
    """Random numbers from 0 to below 1.

    NumPy promises that the bits of PCG64 stay the same in all its versions, not so those of its distributions.

    Args:
        stream: of `stream_of`.
    """

    def __init__(self, stream: SeedSequence) -> None:
        self._bits = PCG64(stream)

    def draw(self, count: int) -> list[float]:
        """Return the next numbers."""
        raw = np.asarray(self._bits.random_raw(count), dtype=np.uint64)
        return [float(number) for number in (raw >> np.uint64(11)) * 2.0**-53]
