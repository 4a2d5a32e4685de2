"""Tests whether two arms are equivalent within a margin, which a test for a difference cannot show."""

from __future__ import annotations

import numpy as np
from scipy import stats

from sweep.analysis.deviation import deviation
from sweep.analysis.outcomes import Floats
from sweep.analysis.shared_folds import widening


def two_one_sided(differences: Floats, margin: float, overlap: float = 0.0) -> float:
    """P value of the hypothesis that the true mean difference is at least the margin in absolute value.

    ``p = max(F(-(m + mean(d)) / e), F(-(m - mean(d)) / e))``, ``e = s_d / sqrt(n)``, ``F`` of Student's t with
    ``n - 1`` degrees of freedom: below alpha where the interval of ``1 - 2 alpha`` lies within ``+-m``

    **Variant.** If all differences are equal, ``e`` is 0 and p would be 0 for any number of seeds; ``2^-n`` is used
    instead, as in the one-sided tests of the gates.

    Args:
        differences: (n,), paired, in units of the metric.
        margin: above 0, in units of the metric.
        overlap: as `sweep.analysis.shared_folds.widening` takes it.

    Returns:
        p in [0, 1], small if the arms are equivalent; NaN below 2 seeds.

    >>> round(two_one_sided(np.array([-0.1, 0.0, 0.1]), 0.3), 4)  # t = 0.3 / (0.1 / sqrt(3)) = 5.196, 2 degrees
    0.0175

    Reference: Schuirmann (1987), A Comparison of the Two One-Sided Tests Procedure.
    """
    count = len(differences)
    if count < 2:
        return float("nan")
    mean = float(differences.mean())
    if np.ptp(differences) <= 1e-12 * np.abs(differences).max():
        return 2.0**-count if abs(mean) < margin else 1.0
    error = deviation(differences) / np.sqrt(count) * widening(count, overlap)
    return float(stats.t.sf((margin - abs(mean)) / error, count - 1))
