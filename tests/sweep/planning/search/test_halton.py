"""Halton points fill the intervals of their primes evenly."""

from __future__ import annotations

from itertools import islice

import numpy as np

from sweep.planning.search.halton import halton
from sweep.planning.search.streams import stream_of


def test_every_interval_of_a_power_of_the_prime_has_its_share():
    points = np.array(list(islice(halton(3, stream_of(0, "test"), 1), 2**3 * 3**2 * 5**2)))
    for column, intervals in zip(points.T, (8, 9, 25), strict=True):
        assert len(set(np.bincount((column * intervals).astype(int)))) == 1


def test_more_points_begin_with_the_same_beyond_a_block():
    few, many = (list(islice(halton(2, stream_of(0, "test"), count), count)) for count in (70, 200))
    assert many[:70] == few
