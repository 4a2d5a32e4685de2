"""Computes the smallest difference between two levels that the seeds of a comparison can detect."""

from __future__ import annotations

import numpy as np

from sweep.analysis.comparison_data import Study
from sweep.analysis.deviation import deviation
from sweep.analysis.pairing import Comparison
from sweep.analysis.power import minimum_detectable_effect
from sweep.analysis.shared_folds import widening

POWER = 0.8
"""Probability of detecting such a difference."""


def pair_level(study: Study) -> float:
    """Significance level of one pair if all pairs are compared (Bonferroni, at least as strict as Holm)."""
    return (1 - study.confidence) / max(1, len(study.comparisons))


def detectable(study: Study, pair: Comparison) -> float:
    """The smallest true difference that the paired t test detects with a probability of 80 %.

    Returns:
        The difference in units of the metric; infinity below 2 seeds, NaN if it is equal on every seed (no spread).
    """
    if len(pair.seeds) < 2:
        return float("inf")
    differences = np.array(pair.differences)
    if np.ptp(differences) <= 1e-12 * np.abs(differences).max():
        return float("nan")
    overlap = max((level.selected.report.overlap for level in study.levels), default=0.0)
    spread = deviation(differences) * widening(len(pair.seeds), overlap)
    return minimum_detectable_effect(spread, len(pair.seeds), pair_level(study), POWER)
