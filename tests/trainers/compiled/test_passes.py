"""Compiled passes give the numbers of the plain ones, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from trainers import compiled
from trainers.losses import softmax_cross_entropy_gradient


@pytest.mark.parametrize("special", [0.0, np.nan, np.inf, 88.0])
def test_the_softmax_is_the_plain_one_with_ties_and_numbers_that_are_not_finite(special: float) -> None:
    rng = np.random.default_rng(0)
    outputs = rng.integers(-2, 3, (3, 4, 9)).astype(np.float32)
    outputs[1, 2, 3:6] = special
    targets = rng.integers(0, 4, (3, 9))
    one, other = outputs.copy(), outputs.copy()
    with np.errstate(all="ignore"):
        plain = softmax_cross_entropy_gradient(one, targets)
        fused = compiled.softmax_cross_entropy_gradient(other, targets)
    np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(plain[0], fused[0])
    finite = np.isfinite(outputs).all(axis=1)
    np.testing.assert_array_equal(plain[1][finite], fused[1][finite])
