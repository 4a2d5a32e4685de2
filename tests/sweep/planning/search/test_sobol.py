"""Sobol points fill every interval evenly."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from sweep.planning.search.sobol import sobol
from sweep.planning.search.streams import stream_of


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_interval_of_a_power_of_two_has_its_share(seed):
    points = np.array(list(islice(sobol(5, stream_of(seed, "test"), 1), 256)))
    for column in points.T:
        assert np.bincount((column * 256).astype(int)).tolist() == [1] * 256
    # The first two dimensions are a (0, 8, 2)-net: boxes of 16 x 16 have one point each.
    boxes = (points[:, 0] * 16).astype(int) * 16 + (points[:, 1] * 16).astype(int)
    assert np.bincount(boxes).tolist() == [1] * 256


def test_more_points_begin_with_the_same_beyond_a_block():
    few, many = (list(islice(sobol(2, stream_of(0, "test"), count), count)) for count in (70, 200))
    assert many[:70] == few


def test_seeds_scramble_differently():
    assert next(sobol(2, stream_of(0, "test"), 1)) != next(sobol(2, stream_of(1, "test"), 1))
