"""The one-sided tests by which gates are decided, with rules for what few seeds and coarse clocks can't tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats  # type: ignore[import-untyped]

from sweep.analysis.aggregate import deviation


@dataclass(frozen=True)
class Sides:
    """What a sample says about a number being above or below its mean.

    Args:
        mean: of the sample.
        low: one-sided lower bound of the mean at the confidence; -inf where nothing is known.
        p_below: p value of "the mean is the number or more", small where it is shown to be below; NaN if unknown.
        count: of the sample.
    """

    mean: float
    low: float
    p_below: float
    count: int


def against(values: Sequence[float], number: float, confidence: float, least_deviation: float = 0.0) -> Sides:
    """Test one-sided whether the mean of values is below a number, and bound it from below.

    ``t = (mean - number) / (s / sqrt(n))``, ``p = F(t)``, ``low = mean - t_{confidence, n - 1} s / sqrt(n)``

    **Variant.** Where all values are equal the spread is taken for 0 only if the sign test agrees: ``p = 2^-n``.

    Args:
        values: (n,), one a seed.
        number: what the mean is held against.
        confidence: of the bound.
        least_deviation: of the values, as of a clock that is read once an epoch; a smaller one is not believed.

    >>> found = against([1.0, 2.0, 3.0], 4.0, 0.95)  # t = -2 / (1 / sqrt(3)) = -3.464 with 2 degrees of freedom
    >>> round(found.p_below, 4)
    0.0371

    Reference: Student (1908), The Probable Error of a Mean.
    """
    sample = np.asarray(values, dtype=np.float64)
    count = len(sample)
    if count < 2:
        return Sides(float(sample.mean()) if count else float("nan"), -np.inf, float("nan"), count)
    mean = float(sample.mean())
    equal = bool(np.ptp(sample) <= 1e-12 * max(np.abs(sample).max(), 1e-300))
    error = max(0.0 if equal else deviation(sample), least_deviation) / np.sqrt(count)
    if error == 0:
        return Sides(mean, mean, 2.0**-count if mean < number else 1.0, count)
    low = mean - float(stats.t.ppf(confidence, count - 1)) * error
    return Sides(mean, low, float(stats.t.cdf((mean - number) / error, count - 1)), count)


def share_above(hits: int, count: int, bound: float) -> float:
    """Chance of so many hits or more if each has the chance ``bound``: small where the share is shown to be larger.

    >>> share_above(0, 5, 0.1), share_above(1, 5, 0.0)
    (1.0, 0.0)
    """
    return float(stats.binom.sf(hits - 1, count, bound)) if count else float("nan")
