"""Bias correction: when averages with and without it merge."""

from __future__ import annotations

import numpy as np
import pytest

from sweep.lecture.sections.bias_correction import merged


def test_with_and_without_correction_merge_where_beta_to_the_t_says(outcome_of):
    table = outcome_of("bias-correction").data["averages"]
    # 0.98^t < 0.01 first at t = log(0.01) / log(0.98) = 227.9.
    assert merged(table["plain"].to_numpy(), table["corrected"].to_numpy(), 0.01) == 228
    assert table["corrected"][0] == pytest.approx(table["value"][0])
    assert table["plain"][0] == pytest.approx(0.02 * table["value"][0])


def test_averages_that_never_merge_have_no_day():
    assert merged(np.array([0.0, 0.0]), np.array([1.0, 1.0]), 0.01) is None
    assert merged(np.array([1.0, 1.0]), np.array([1.0, 1.0]), 0.01) == 1
    assert merged(np.array([0.0, 1.0]), np.array([0.0, 1.0]), 0.01) == 1
