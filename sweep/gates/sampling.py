"""One-sided tests for gates, with corrections for few seeds and for times measured in whole epochs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from sweep.analysis.deviation import deviation


@dataclass(frozen=True)
class OneSidedTest:
    """Result of a one-sided test of a sample's mean.

    Args:
        mean: mean of the sample.
        low: one-sided lower confidence bound of the mean; -inf if unknown.
        p_below: p value of the hypothesis that the mean is at least the number; NaN if unknown.
        count: size of the sample.
    """

    mean: float
    low: float
    p_below: float
    count: int


def one_sided_test(
    values: Sequence[float], number: float, confidence: float, least_deviation: float = 0.0
) -> OneSidedTest:
    """Test one-sided whether the mean of values is below a number, and bound it from below.

    ``t = (mean - number) / (s / sqrt(n))``, ``p = F(t)``, ``low = mean - t_{confidence, n - 1} s / sqrt(n)``

    **Variant.** If all values are equal, the p value is that of the sign test, ``2^-n``, and not 0.

    Args:
        values: (n,), one per seed.
        number: value to compare the mean with.
        confidence: confidence of the bound.
        least_deviation: lower limit of the standard deviation, for example from the resolution of one epoch.

    >>> found = one_sided_test([1.0, 2.0, 3.0], 4.0, 0.95)  # t = -2 / (1 / sqrt(3)) = -3.464 with 2 degrees of freedom
    >>> round(found.p_below, 4)
    0.0371

    Reference: Student (1908), The Probable Error of a Mean.
    """
    sample = np.asarray(values, dtype=np.float64)
    count = len(sample)
    if count < 2:
        return OneSidedTest(float(sample.mean()) if count else float("nan"), -np.inf, float("nan"), count)
    mean = float(sample.mean())
    equal = bool(np.ptp(sample) <= 1e-12 * max(np.abs(sample).max(), 1e-300))
    error = max(0.0 if equal else deviation(sample), least_deviation) / np.sqrt(count)
    if error == 0:
        return OneSidedTest(mean, mean, 2.0**-count if mean < number else 1.0, count)
    low = mean - float(stats.t.ppf(confidence, count - 1)) * error
    return OneSidedTest(mean, low, float(stats.t.cdf((mean - number) / error, count - 1)), count)


def binomial_p_value(hits: int, count: int, bound: float) -> float:
    """Probability of at least ``hits`` of ``count`` if each has probability ``bound`` (one-sided binomial test).

    >>> binomial_p_value(0, 5, 0.1), binomial_p_value(1, 5, 0.0)
    (1.0, 0.0)
    """
    return float(stats.binom.sf(hits - 1, count, bound)) if count else float("nan")
