"""The smallest difference between two levels that the seeds of a comparison could have shown."""

from __future__ import annotations

import numpy as np

from sweep.analysis.aggregate import deviation
from sweep.analysis.comparison_data import Study
from sweep.analysis.pairing import Comparison
from sweep.analysis.power import minimum_detectable_effect

POWER = 0.8
"""Chance with which a difference of that size would be shown."""


def pair_level(study: Study) -> float:
    """Level that is left to one pair when all pairs are compared (Bonferroni, which Holm's is never stricter than)."""
    return (1 - study.confidence) / max(1, len(study.comparisons))


def detectable(study: Study, pair: Comparison) -> float:
    """The smallest true difference that the paired t test would show with a chance of 80 %.

    Returns:
        infinity below 2 seeds; NaN where the difference is the same on every seed, which shows no spread.
    """
    if len(pair.seeds) < 2:
        return float("inf")
    differences = np.array(pair.differences)
    if np.ptp(differences) <= 1e-12 * np.abs(differences).max():
        return float("nan")
    return minimum_detectable_effect(deviation(differences), len(pair.seeds), pair_level(study), POWER)
