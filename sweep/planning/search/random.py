"""Random search: every setting is drawn on its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from numpy.random import SeedSequence

from sweep.planning.search.streams import Uniform


def random(dimensions: int, stream: SeedSequence, count: int) -> Iterator[Sequence[float]]:
    """Yield independent points of the unit cube, without end.

    Args:
        dimensions: numbers of a point, 1 or more.
        stream: seed of the random numbers.
        count: not used: how many points are wanted.

    >>> from sweep.planning.search.streams import stream_of
    >>> next(random(2, stream_of(0, "example"), 1))
    [0.6765545374393473, 0.3273036385798266]

    Reference: Bergstra and Bengio (2012), Random Search for Hyper-Parameter Optimization.
    """
    numbers = Uniform(stream)
    while True:
        yield numbers.draw(dimensions)
