"""Metrics of predicted classes, each computed from the confusion counts of all trials at once.

**Variant.** As in scikit-learn, where nothing was predicted as a class its precision is 0, and an average goes over the
classes that occur in the targets or the predictions. Unlike there, a metric of the positive class is undefined on a
part without an example of it, and a coefficient of agreement on a part with a single class, whatever is predicted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trainers.data.dataset import Task
from trainers.metrics.metric import CLASSES, Gap, ScoredMetric
from trainers.metrics.predicted import Predicted

Floats = NDArray[np.float64]
Average = Literal["binary", "macro", "micro", "weighted"]
Rate = Callable[[Floats, Floats, Floats], Floats]
"""A metric of one class, from its hits, the examples predicted as it, and its examples."""

BINARY: tuple[Task, ...] = ("binary",)


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """The quotient, 0 where the denominator is 0.

    >>> ratio(np.array([1.0, 0.0]), np.array([4.0, 0.0])).tolist()
    [0.25, 0.0]
    """
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator != 0)


def precision(hits: Floats, predicted: Floats, actual: Floats) -> Floats:
    """``TP / (TP + FP)``."""
    return ratio(hits, predicted)


def recall(hits: Floats, predicted: Floats, actual: Floats) -> Floats:
    """``TP / (TP + FN)``."""
    return ratio(hits, actual)


def f1(hits: Floats, predicted: Floats, actual: Floats) -> Floats:
    """``2 TP / (2 TP + FP + FN)``, the harmonic mean of precision and recall."""
    return ratio(2 * hits, predicted + actual)


def jaccard(hits: Floats, predicted: Floats, actual: Floats) -> Floats:
    """``TP / (TP + FP + FN)``."""
    return ratio(hits, predicted + actual - hits)


def averaged(part: Predicted, rate: Rate, average: Average) -> Floats:
    """A rate of the positive class, or its average over the classes.

    Args:
        part: the predictions of k trials.
        rate: the metric of one class.
        average: ``binary`` of class 1 alone; ``macro``, the plain mean; ``weighted`` by the examples of each class;
            ``micro`` from the counts of all classes together.

    Returns:
        (k,) float64.
    """
    counts = part.counts
    hits, predicted, actual = np.einsum("kcc->kc", counts), counts.sum(axis=1), counts.sum(axis=2)
    if average == "micro":
        return rate(hits.sum(axis=1), predicted.sum(axis=1), actual.sum(axis=1))
    rates = rate(hits, predicted, actual)
    if average == "binary":
        return rates[:, 1] if part.support[1] else np.full(part.trials, np.nan)
    weights = actual if average == "weighted" else (predicted + actual > 0).astype(np.float64)
    return np.asarray((rates * weights).sum(axis=1) / weights.sum(axis=1))


def balanced_accuracy(part: Predicted) -> Floats:
    """The mean recall of the classes that have examples."""
    hits = np.einsum("kcc->kc", part.counts)
    known = part.support > 0
    return np.asarray((hits[:, known] / part.support[known]).mean(axis=1))


def matthews_corrcoef(part: Predicted) -> Floats:
    """Correlation of targets and predictions, ``cov(y, z) / sqrt(cov(y, y) cov(z, z))`` of their one-hot columns.

    **Variant.** 0 where a single class is predicted, as in scikit-learn.

    Reference: Gorodkin (2004), Comparing two K-category assignments by a K-category correlation coefficient.
    """
    counts, total = part.counts, float(len(part.targets))
    hits, predicted, actual = np.einsum("kcc->k", counts), counts.sum(axis=1), counts.sum(axis=2)
    covariance = hits * total - (predicted * actual).sum(axis=1)
    spread = (total**2 - (predicted**2).sum(axis=1)) * (total**2 - (actual**2).sum(axis=1))
    return _of_several_classes(part, ratio(covariance, np.sqrt(spread)))


def cohen_kappa(part: Predicted) -> Floats:
    """Agreement beyond chance, ``(p_o - p_e) / (1 - p_e)``, without weights.

    Reference: Cohen (1960), A Coefficient of Agreement for Nominal Scales.
    """
    counts, total = part.counts, float(len(part.targets))
    observed = np.einsum("kcc->k", counts) / total
    expected = (counts.sum(axis=1) * counts.sum(axis=2)).sum(axis=1) / total**2
    return _of_several_classes(part, ratio(observed - expected, 1 - expected))


def _of_several_classes(part: Predicted, values: Floats) -> Floats:
    return values if np.count_nonzero(part.support) > 1 else np.full(part.trials, np.nan)


TITLES = {"precision": "precision", "recall": "recall", "f1": "F1", "jaccard": "Jaccard index"}
RATES: dict[str, Rate] = {"precision": precision, "recall": recall, "f1": f1, "jaccard": jaccard}
AVERAGES: tuple[Average, ...] = ("macro", "micro", "weighted")


def _of_rates() -> Iterator[ScoredMetric]:
    for name, rate in RATES.items():
        is_share = name in ("precision", "recall")
        yield ScoredMetric(
            name=name,
            title=TITLES[name],
            mode="max",
            tasks=BINARY,
            score=partial(averaged, rate=rate, average="binary"),
            low=0.0,
            high=1.0,
            is_share=is_share,
            gap=Gap(difference=0.05),
            note="of the second of two classes",
        )
        for average in AVERAGES:
            yield ScoredMetric(
                name=f"{name}_{average}",
                title=f"{average} {TITLES[name]}",
                mode="max",
                tasks=CLASSES,
                score=partial(averaged, rate=rate, average=average),
                low=0.0,
                high=1.0,
                is_share=is_share,
                gap=Gap(difference=0.05),
            )


METRICS = (
    ScoredMetric(
        name="balanced_accuracy",
        title="balanced accuracy",
        mode="max",
        tasks=CLASSES,
        score=balanced_accuracy,
        low=0.0,
        high=1.0,
        is_share=True,
        gap=Gap(difference=0.05),
        note="the mean recall of the classes",
    ),
    *_of_rates(),
    ScoredMetric(
        name="matthews_corrcoef",
        title="Matthews correlation",
        mode="max",
        tasks=CLASSES,
        score=matthews_corrcoef,
        low=-1.0,
        high=1.0,
        gap=Gap(difference=0.1),
    ),
    ScoredMetric(
        name="cohen_kappa",
        title="Cohen's kappa",
        mode="max",
        tasks=CLASSES,
        score=cohen_kappa,
        low=-1.0,
        high=1.0,
        gap=Gap(difference=0.1),
        note="without weights",
    ),
)
