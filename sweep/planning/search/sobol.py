"""Sobol search: points that fill the space evenly, whatever their number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from numpy.random import SeedSequence, default_rng

BLOCK = 64
"""Points that are computed together, a power of 2."""


def sobol(dimensions: int, stream: SeedSequence, count: int) -> Iterator[Sequence[float]]:
    """Yield the points of a scrambled Sobol sequence, without end.

    **Variant.** Scrambled by a random linear matrix and a digital shift, as in SciPy; the first point is kept.

    Args:
        dimensions: numbers of a point, 1 to 21201.
        stream: seed of the scrambling.
        count: not used: how many points are wanted.

    >>> from sweep.planning.search.streams import stream_of
    >>> points = sobol(1, stream_of(0, "example"), 4)
    >>> sorted(int(4 * next(points)[0]) for _ in range(4))
    [0, 1, 2, 3]

    Reference: Owen (1998), Scrambling Sobol' and Niederreiter-Xing Points; Joe and Kuo (2008), Constructing Sobol
    Sequences with Better Two-Dimensional Projections.
    """
    from scipy.stats import qmc

    engine = qmc.Sobol(dimensions, scramble=True, bits=53, rng=default_rng(stream))
    while True:
        yield from engine.random(BLOCK).tolist()
