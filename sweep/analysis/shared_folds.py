"""Widens intervals and weakens tests where the results of the seeds are not independent, as folds share their data."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

OVERLAP = "overlap"
"""Column of the table of trials: validation examples per training example of a fold; only with folds."""


def overlap_in(trials: pd.DataFrame) -> float:
    """Return validation examples per training example of the folds of a table of trials; 0 without folds."""
    return float(trials[OVERLAP].iloc[0]) if OVERLAP in trials and len(trials) else 0.0


def widening(count: int, overlap: float) -> float:
    """Return the factor on the standard error of a mean over folds.

    ``sqrt(1 + n o)``: the variance of the mean is ``(1 / n + o) s^2`` instead of ``s^2 / n``, ``o = n_val / n_train``.

    **Variant.** The correction for repeated k-fold cross-validation, which treats all folds of all draws alike.

    Args:
        count: n, number of folds over all draws, which is the number of seeds.
        overlap: o; 0 for seeds that do not share their data by folds.

    >>> widening(10, 0.0), round(widening(10, 0.25), 4)
    (1.0, 1.8708)

    Reference: Nadeau and Bengio (2003), Inference for the Generalization Error; Bouckaert and Frank (2004), Evaluating
    the Replicability of Significance Tests for Comparing Learning Algorithms.
    """
    return math.sqrt(1.0 + count * overlap)
