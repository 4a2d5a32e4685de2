"""Metrics of predicted probabilities: ranking, proper scores and calibration."""

from __future__ import annotations

from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trainers.data.dataset import Task
from trainers.metrics.confusion import BINARY
from trainers.metrics.metric import CLASSES, Gap, ScoredMetric
from trainers.metrics.predicted import Predicted

Floats = NDArray[np.float64]

Several = Literal["ovr", "ovo"]
Weighing = Literal["macro", "weighted"]

BINS = 15
"""Bins of the calibration error, of equal width."""

TOP = 2
"""Classes among which `top_k_accuracy` looks for the right one, as scikit-learn's scorer does."""

MULTICLASS: tuple[Task, ...] = ("multiclass",)


def roc_auc(part: Predicted, multi_class: Several = "ovr", average: Weighing = "macro") -> Floats:
    """Area under the ROC curve, the probability that a random positive example ranks above a random negative one.

    **Variant.** Of three classes and more, the average over each class against the rest (ovr) or over pairs of classes
    (ovo). Undefined on a part that lacks a class.

    Reference: Hand and Till (2001), A Simple Generalisation of the Area Under the ROC Curve (ovo).
    """
    from sklearn.metrics import roc_auc_score

    if not part.support.all():
        return np.full(part.trials, np.nan)
    if part.classes == 2:
        return np.array([roc_auc_score(part.targets, row[:, 1]) for row in part.outputs])
    labels = np.arange(part.classes)
    return np.array(
        [
            roc_auc_score(part.targets, row, multi_class=multi_class, average=average, labels=labels)
            for row in part.outputs
        ]
    )


def average_precision(part: Predicted) -> Floats:
    """``sum_n (R_n - R_n-1) P_n`` over the thresholds; of three classes and more the mean of each against the rest.

    **Variant.** No interpolation, as in scikit-learn. Undefined on a part without the second of two classes, or without
    any of more.
    """
    from sklearn.metrics import average_precision_score

    if part.classes == 2:
        if not part.support[1]:
            return np.full(part.trials, np.nan)
        return np.array([average_precision_score(part.targets, row[:, 1]) for row in part.outputs])
    if not part.support.all():
        return np.full(part.trials, np.nan)
    return np.array([average_precision_score(part.truth, row, average="macro") for row in part.outputs])


def log_loss(part: Predicted) -> Floats:
    """``-mean(log p_y)``, the probabilities clipped to the least that float64 tells from 0."""
    from sklearn.metrics import log_loss as log_loss_of

    labels = np.arange(part.classes)
    return np.array([log_loss_of(part.targets, row, labels=labels) for row in part.outputs])


def brier_score(part: Predicted) -> Floats:
    """``mean((p - y)^2)`` of the positive class; of three classes and more ``mean(sum_c (p_c - y_c)^2)``, up to 2.

    Reference: Brier (1950), Verification of Forecasts Expressed in Terms of Probability.
    """
    if part.classes == 2:
        return np.asarray(np.square(part.outputs[:, :, 1] - part.targets).mean(axis=1))
    return np.asarray(np.square(part.outputs - part.truth).sum(axis=2).mean(axis=1))


def calibration_error(part: Predicted) -> Floats:
    """Expected calibration error: ``sum_b n_b / N |accuracy_b - confidence_b|`` over 15 bins of equal width.

    **Variant.** The confidence is the largest probability, of the predicted class. Bins hold their upper end.

    Reference: Guo et al. (2017), On Calibration of Modern Neural Networks, equation 3.
    """
    confidence = part.outputs.max(axis=2)
    hits = part.labels == part.targets
    bins = np.clip(np.ceil(confidence * BINS).astype(np.intp) - 1, 0, BINS - 1)
    gaps = [
        np.abs(np.bincount(b, weights=right, minlength=BINS) - np.bincount(b, weights=sure, minlength=BINS)).sum()
        for b, right, sure in zip(bins, hits, confidence, strict=True)
    ]
    return np.array(gaps) / len(part.targets)


def top_k_accuracy(part: Predicted) -> Floats:
    """Share of examples whose class is one of the two most probable; of ties, the last classes come first."""
    best = np.argsort(part.outputs, axis=2, kind="mergesort")[:, :, -TOP:]
    return np.asarray((best == part.targets[:, np.newaxis]).any(axis=2).mean(axis=1))


def _roc_auc_of(multi_class: Several, words: str, average: Weighing) -> ScoredMetric:
    is_weighted = average == "weighted"
    return ScoredMetric(
        name=f"roc_auc_{multi_class}{'_weighted' if is_weighted else ''}",
        title=f"{'weighted ' if is_weighted else ''}ROC AUC {words}",
        mode="max",
        tasks=CLASSES,
        score=partial(roc_auc, multi_class=multi_class, average=average),
        low=0.0,
        high=1.0,
        gap=Gap(difference=0.05),
    )


METRICS = (
    ScoredMetric(
        name="roc_auc",
        title="ROC AUC",
        mode="max",
        tasks=BINARY,
        score=roc_auc,
        low=0.0,
        high=1.0,
        gap=Gap(difference=0.05),
    ),
    _roc_auc_of("ovr", "one-vs-rest", "macro"),
    _roc_auc_of("ovr", "one-vs-rest", "weighted"),
    _roc_auc_of("ovo", "one-vs-one", "macro"),
    _roc_auc_of("ovo", "one-vs-one", "weighted"),
    ScoredMetric(
        name="average_precision",
        title="average precision",
        mode="max",
        tasks=CLASSES,
        score=average_precision,
        low=0.0,
        high=1.0,
        gap=Gap(difference=0.05),
        note="of three classes and more, the mean over them",
    ),
    ScoredMetric(
        name="log_loss",
        title="log loss",
        mode="min",
        tasks=CLASSES,
        score=log_loss,
        low=0.0,
        gap=Gap(ratio=2.0),
    ),
    ScoredMetric(
        name="brier_score",
        title="Brier score",
        mode="min",
        tasks=CLASSES,
        score=brier_score,
        low=0.0,
        high=2.0,
        gap=Gap(ratio=2.0),
        note="up to 1 of two classes, and up to 2 of more",
    ),
    ScoredMetric(
        name="calibration_error",
        title="calibration error",
        mode="min",
        tasks=CLASSES,
        score=calibration_error,
        low=0.0,
        high=1.0,
        note=f"of the predicted class, in {BINS} bins of equal width",
    ),
    ScoredMetric(
        name="top_k_accuracy",
        title=f"top-{TOP} accuracy",
        mode="max",
        tasks=MULTICLASS,
        score=top_k_accuracy,
        low=0.0,
        high=1.0,
        is_share=True,
        gap=Gap(difference=0.05),
        note=f"among the {TOP} most probable classes",
    ),
)
