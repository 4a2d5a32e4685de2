"""Random points are independent and even."""

from __future__ import annotations

from itertools import islice

import numpy as np
from scipy import stats

from sweep.planning.search.random import random
from sweep.planning.search.streams import stream_of


def test_points_are_uniform_and_independent():
    points = np.array(list(islice(random(3, stream_of(0, "test"), 1), 10_000)))
    for column in points.T:
        assert stats.kstest(column, "uniform").pvalue > 0.01
    assert np.abs(np.corrcoef(points.T) - np.eye(3)).max() < 0.03


def test_more_points_begin_with_the_same():
    assert (
        list(islice(random(2, stream_of(3, "test"), 5), 5)) == list(islice(random(2, stream_of(3, "test"), 9), 9))[:5]
    )
