"""Computes the smallest difference that a number of paired seeds can detect, and the seeds that a difference needs."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import optimize, stats

LARGEST_COUNT = 200
"""Larger numbers of seeds are not computed: an estimate of the spread from few seeds is not that precise."""


def power(effect: float, deviation: float, seeds: int, alpha: float = 0.05) -> float:
    """Probability that a paired t test detects a true difference.

    ``1 - F(t) + F(-t)``, ``F`` of the noncentral t with ``n - 1`` degrees of freedom and noncentrality
    ``sqrt(n) effect / deviation``, ``t`` the two-sided critical value.

    Args:
        effect: true mean difference.
        deviation: standard deviation of the differences over seeds, above 0.
        seeds: n, 2 or more.
        alpha: two-sided level of the test; divided by the number of comparisons, if there are several.

    >>> round(power(1.0, 1.0, 10), 3)
    0.803

    Reference: Cohen (1988), Statistical Power Analysis for the Behavioral Sciences (paired samples).
    """
    critical = stats.t.ppf(1 - alpha / 2, seeds - 1)
    shift = np.sqrt(seeds) * abs(effect) / deviation
    # For a large shift the other tail is below the smallest double, where SciPy may return NaN.
    other = stats.nct.cdf(-critical, seeds - 1, shift) if shift < 10 else 0.0
    return float(stats.nct.sf(critical, seeds - 1, shift) + np.nan_to_num(other))


def minimum_detectable_effect(deviation: float, seeds: int, alpha: float = 0.05, wanted: float = 0.8) -> float:
    """Smallest true difference that a paired t test detects with probability ``wanted``.

    Args:
        deviation: standard deviation of the paired differences over seeds.
        seeds: number of pairs; with fewer than 2 the result is infinity.
        alpha: two-sided level.
        wanted: the power, in (alpha, 1).

    >>> round(minimum_detectable_effect(0.4, 10), 3)  # "with 10 paired seeds a difference of 0.4 can be seen"
    0.398
    """
    if seeds < 2:
        return float("inf")
    if deviation == 0:
        return 0.0
    return _detectable_in_deviations(seeds, alpha, wanted) * deviation


def seeds_needed(effect: float, deviation: float, alpha: float = 0.05, wanted: float = 0.8) -> int | None:
    """Smallest number of seeds that detects a difference with probability ``wanted``; None above `LARGEST_COUNT`.

    >>> seeds_needed(0.5, 1.0), seeds_needed(0.1, 1.0), seeds_needed(0.0, 1.0)
    (34, None, None)
    """
    if effect == 0:
        return None
    if deviation == 0:
        return 2
    low, high = 1, 2
    while power(effect, deviation, high, alpha) < wanted:
        if high == LARGEST_COUNT:
            return None
        low, high = high, min(high * 2, LARGEST_COUNT)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power(effect, deviation, middle, alpha) >= wanted else (middle, high)
    return high


@cache
def _detectable_in_deviations(seeds: int, alpha: float, wanted: float) -> float:
    most = _upper_effect(seeds, alpha)
    return float(optimize.brentq(lambda effect: power(effect, 1.0, seeds, alpha) - wanted, 0.0, most))


def _upper_effect(seeds: int, alpha: float) -> float:
    """An effect, in standard deviations, with a power close to 1, as the upper end of a search."""
    effect = 1.0
    while power(effect, 1.0, seeds, alpha) < 0.999:
        effect *= 2
    return effect
