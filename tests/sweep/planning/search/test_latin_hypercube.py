"""A Latin hypercube has a point in each stratum of each dimension, and is followed by another."""

from __future__ import annotations

from itertools import islice

import numpy as np

from sweep.planning.search.latin_hypercube import latin_hypercube
from sweep.planning.search.streams import stream_of


def test_each_stratum_of_each_dimension_has_one_point():
    points = np.array(list(islice(latin_hypercube(4, stream_of(0, "test"), 30), 60)))
    for cube in (points[:30], points[30:]):
        for column in cube.T:
            assert sorted((column * 30).astype(int)) == list(range(30))
    assert not (points[:30] == points[30:]).any()
