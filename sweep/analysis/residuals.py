"""Compares the predictions of a numeric target with what was observed, for a figure of residuals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sweep.analysis.outcomes import Floats

if TYPE_CHECKING:
    import pandas as pd

MOST_POINTS = 300
"""More points in one panel cover each other."""

GROUPS = 10


@dataclass(frozen=True)
class Residuals:
    """Residuals by prediction.

    Args:
        predicted: (n,) predictions, ascending.
        residual: (n,) observed minus predicted.
        centre: (g,) mean prediction of each group of equally many predictions.
        mean: (g,) mean residual of each group: a systematic error where it is not 0.
    """

    predicted: Floats
    residual: Floats
    centre: Floats
    mean: Floats


def residuals(predictions: pd.DataFrame, most: int = MOST_POINTS, groups: int = GROUPS) -> Residuals | None:
    """Compute residuals by prediction, over all trials of one setting.

    Args:
        predictions: ``target output_0``.
        most: number of points; more are thinned out, evenly by the size of the prediction, but for the largest errors.
        groups: number of groups; fewer where there are few predictions.

    Returns:
        Points and means, these of all predictions; None without predictions.
    """
    targets = predictions["target"].to_numpy(dtype=np.float64)
    outputs = predictions["output_0"].to_numpy(dtype=np.float64)
    known = np.isfinite(targets) & np.isfinite(outputs)
    order = np.argsort(outputs[known], kind="stable")
    predicted = outputs[known][order]
    residual = targets[known][order] - predicted
    if not len(predicted):
        return None
    parts = [part for part in np.array_split(np.arange(len(predicted)), min(groups, len(predicted))) if len(part)]
    centre = np.array([predicted[part].mean() for part in parts])
    mean = np.array([residual[part].mean() for part in parts])
    if len(predicted) > most:
        # A tenth of the points is for the largest errors, which a reader looks for.
        largest = np.argsort(-np.abs(residual), kind="stable")[: most // 10]
        even = np.linspace(0, len(predicted) - 1, most - len(largest)).astype(int)
        shown = np.union1d(largest, even)
        predicted, residual = predicted[shown], residual[shown]
    return Residuals(predicted, residual, centre, mean)
