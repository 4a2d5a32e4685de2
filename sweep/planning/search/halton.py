"""Halton search: points that fill the space evenly, each dimension counted in a prime of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from numpy.random import SeedSequence, default_rng

BLOCK = 64
"""Points that are computed together."""


def halton(dimensions: int, stream: SeedSequence, count: int) -> Iterator[Sequence[float]]:
    """Yield the points of a scrambled Halton sequence, without end.

    **Variant.** Scrambled by random permutations of the digits, as in SciPy.

    Args:
        dimensions: numbers of a point, 1 or more.
        stream: seed of the scrambling.
        count: not used: how many points are wanted.

    >>> from sweep.planning.search.streams import stream_of
    >>> points = halton(2, stream_of(0, "example"), 3)
    >>> sorted(int(3 * next(points)[1]) for _ in range(3))
    [0, 1, 2]

    Reference: Owen (2017), A Randomized Halton Algorithm in R.
    """
    from scipy.stats import qmc

    engine = qmc.Halton(dimensions, scramble=True, rng=default_rng(stream))
    while True:
        yield from engine.random(BLOCK).tolist()
