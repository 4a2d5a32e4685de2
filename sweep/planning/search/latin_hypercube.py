"""Latin hypercube search: as many settings as there are, each in a stratum of its own in every dimension."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from numpy.random import SeedSequence, default_rng


def latin_hypercube(dimensions: int, stream: SeedSequence, count: int) -> Iterator[Sequence[float]]:
    """Yield the points of Latin hypercubes of ``count`` points, one hypercube after another, without end.

    A hypercube of more points does not begin with the points of a smaller one.

    Args:
        dimensions: numbers of a point, 1 or more.
        stream: seed of the random numbers.
        count: how many points are wanted, 1 or more.

    >>> from sweep.planning.search.streams import stream_of
    >>> points = latin_hypercube(2, stream_of(0, "example"), 5)
    >>> drawn = [next(points) for _ in range(5)]
    >>> sorted(int(5 * point[0]) for point in drawn), sorted(int(5 * point[1]) for point in drawn)
    ([0, 1, 2, 3, 4], [0, 1, 2, 3, 4])

    Reference: McKay, Beckman and Conover (1979), A Comparison of Three Methods for Selecting Values of Input Variables.
    """
    from scipy.stats import qmc

    engine = qmc.LatinHypercube(dimensions, scramble=True, rng=default_rng(stream))
    while True:
        yield from engine.random(max(count, 1)).tolist()
