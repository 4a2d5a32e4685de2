"""Computes standard deviations that do not overflow, without loading SciPy."""

from __future__ import annotations

import math

import numpy as np

from sweep.analysis.outcomes import Floats

LARGEST = 2.0**400
"""Larger numbers are scaled, so that sums of squares of up to a billion numbers stay finite."""


def scale_of(values: Floats) -> float:
    """The divisor that prevents overflow in sums and squares: 1, or a power of 2 for huge values.

    Args:
        values: finite.

    >>> scale_of(np.array([0.5, -3.0])), scale_of(np.array([1e300, 1.0])) == 2.0**996
    (1.0, True)
    """
    largest = float(np.abs(values).max(initial=0.0))
    return 1.0 if largest <= LARGEST else math.ldexp(1.0, math.frexp(largest)[1] - 1)


def deviation(values: Floats) -> float:
    """The sample standard deviation, without overflow for huge numbers.

    Args:
        values: (n,), finite, 2 or more.

    >>> deviation(np.array([1.0, 2.0, 3.0])), deviation(np.array([1.0, 2.0, 3.0]) * 2.0**996) == 2.0**996
    (1.0, True)
    """
    scale = scale_of(values)
    return float((values / scale).std(ddof=1)) * scale
