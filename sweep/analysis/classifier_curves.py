"""Averages ROC and precision-recall curves over seeds, and compares predicted probabilities with what came true."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sweep.analysis.confusion import outputs_of
from sweep.analysis.outcomes import Floats

if TYPE_CHECKING:
    import pandas as pd

POINTS = 101
"""Places on the horizontal axis at which curves are averaged."""

BINS = 10


@dataclass(frozen=True)
class MeanCurve:
    """A curve averaged over seeds.

    Args:
        x: (n,) false positive rate or recall, ascending.
        mean: (n,) mean over the seeds.
        low: (n,) lowest of them.
        high: (n,) highest of them.
        area: mean over the seeds of the area under the whole curve.
        chance: height of what guesses: the share of positives of a precision-recall curve; NaN for ROC.
    """

    x: Floats
    mean: Floats
    low: Floats
    high: Floats
    area: float
    chance: float = float("nan")


@dataclass(frozen=True)
class Calibration:
    """Predicted probabilities by size, and how often they came true: (b,) each, ascending in ``predicted``."""

    predicted: Floats
    observed: Floats


def roc(predictions: pd.DataFrame) -> MeanCurve | None:
    """Average the ROC curves of the trials of one setting, at equal false positive rates.

    Two classes have one curve, that of the second class. More have one each against all others, whose mean is taken
    first (one-vs-rest, macro); a class without examples in a trial has none.

    Args:
        predictions: ``trial_id target output_0 ...``, see `sweep.results.predictions.read_predictions`.

    Returns:
        The mean curve; None if no trial has examples of two classes.
    """
    found = list(_curves(predictions, _roc_of))
    if not found:
        return None
    grid = np.linspace(0.0, 1.0, POINTS)
    # Every curve starts in the corner, whatever it has at a false positive rate of 0.
    return _mean(np.append(0.0, grid), [np.append(0.0, y) for y, _, _ in found], [area for _, area, _ in found])


def precision_recall(predictions: pd.DataFrame) -> MeanCurve | None:
    """Average the precision-recall curves of the trials of one setting, at equal recall.

    **Variant.** The precision at a recall is that of the highest threshold that reaches it, as in the average
    precision, which is the area; a straight line between two thresholds would be too good.

    Args:
        predictions: as for `roc`, with the same curves of more than two classes.

    Returns:
        The mean curve; None if no trial has examples of two classes.

    Reference: Davis and Goadrich (2006), The Relationship Between Precision-Recall and ROC Curves.
    """
    found = list(_curves(predictions, _precision_recall_of))
    if not found:
        return None
    chance = float(np.mean([share for _, _, share in found]))
    return _mean(_recalls(), [y for y, _, _ in found], [area for _, area, _ in found], chance)


def calibration(predictions: pd.DataFrame) -> Calibration | None:
    """Compare probabilities with shares, over all trials of one setting, in ten bins of equally many predictions.

    Of two classes, the probability of the second class; of more, that of the predicted class.

    Args:
        predictions: as for `roc`.

    Returns:
        The mean probability of each bin and the share that came true; None without predictions.

    Reference: Niculescu-Mizil and Caruana (2005), Predicting Good Probabilities With Supervised Learning; for the
    predicted class Guo et al. (2017), On Calibration of Modern Neural Networks.
    """
    from sklearn.calibration import calibration_curve

    targets, outputs = outputs_of(predictions)
    if not len(targets):
        return None
    if outputs.shape[1] == 2:
        probability, is_true = outputs[:, 1], targets == 1
    else:
        probability, is_true = outputs.max(axis=1), outputs.argmax(axis=1) == targets
    clipped = np.clip(probability, 0.0, 1.0)
    observed, predicted = calibration_curve(is_true.astype(int), clipped, n_bins=BINS, strategy="quantile")
    return Calibration(predicted, observed)


Found = tuple[Floats, float, float]
"""Heights at the grid, area and share of positives of one class, or the means over the classes."""


def _curves(predictions: pd.DataFrame, curve_of: Callable[[Floats, Floats], Found]) -> Iterator[Found]:
    """The curve of each trial, the mean over its classes."""
    for _, rows in predictions.groupby("trial_id", sort=True):
        targets, outputs = outputs_of(rows)
        classes = [1] if outputs.shape[1] == 2 else range(outputs.shape[1])
        found = [
            curve_of((targets == one).astype(np.float64), outputs[:, one])
            for one in classes
            if 0 < (targets == one).sum() < len(targets)
        ]
        if found:
            heights, areas, shares = zip(*found, strict=True)
            yield np.mean(heights, axis=0), float(np.mean(areas)), float(np.mean(shares))


def _roc_of(is_positive: Floats, scores: Floats) -> Found:
    from sklearn.metrics import auc, roc_curve

    false, true, _ = roc_curve(is_positive, scores)
    return np.interp(np.linspace(0.0, 1.0, POINTS), false, true), float(auc(false, true)), float(is_positive.mean())


def _recalls() -> Floats:
    # At a recall of 0 nothing is predicted, and there is no precision.
    return np.linspace(0.0, 1.0, POINTS)[1:]


def _precision_recall_of(is_positive: Floats, scores: Floats) -> Found:
    from sklearn.metrics import precision_recall_curve

    precision, recall, _ = precision_recall_curve(is_positive, scores)
    # Ascending in recall; of several thresholds with the same recall, the highest stands first.
    place = np.searchsorted(recall[::-1], _recalls() - 1e-12)
    # The average precision, as scikit-learn's `average_precision_score` sums it, which would sort the scores again.
    area = float(-np.sum(np.diff(recall) * precision[:-1]))
    return np.asarray(precision[::-1][place]), area, float(is_positive.mean())


def _mean(x: Floats, heights: list[Floats], areas: list[float], chance: float = float("nan")) -> MeanCurve:
    table = np.array(heights)
    return MeanCurve(x, table.mean(axis=0), table.min(axis=0), table.max(axis=0), float(np.mean(areas)), chance)
