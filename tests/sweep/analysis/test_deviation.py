"""The standard deviation of huge numbers is that of small ones, scaled."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.analysis.deviation import deviation


@given(st.lists(st.floats(-4, 4).filter(lambda x: abs(x) > 1e-3), min_size=2, max_size=6))
def test_it_is_numpys_where_squares_would_overflow(values):
    # A factor of 2^995, about 3e299, is exact.
    assert deviation(np.array(values) * 2.0**995) / 2.0**995 == pytest.approx(np.std(values, ddof=1), abs=1e-12)
