"""Metrics of predicted numbers, in the unit of the data."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from trainers.metrics.metric import NUMBERS, Gap, ScoredMetric
from trainers.metrics.predicted import Predicted

Floats = NDArray[np.float64]

QUANTILE = 0.9
"""The quantile that `quantile_loss` is of: an error below the target costs nine times one above it."""


def mean_absolute_error(part: Predicted) -> Floats:
    """``mean(|z - y|)``."""
    return np.asarray(np.abs(part.errors).mean(axis=1))


def median_absolute_error(part: Predicted) -> Floats:
    """``median(|z - y|)``, which a few large errors do not change."""
    return np.asarray(np.median(np.abs(part.errors), axis=1))


def mean_absolute_percentage_error(part: Predicted) -> Floats:
    """``mean(|z - y| / |y|)``, a share and not a percentage.

    **Variant.** As in scikit-learn, ``|y|`` is at least 2.2e-16: a target of 0, or near it, gives an error of any size,
    which then decides the mean.
    """
    return np.asarray((np.abs(part.errors) / np.maximum(np.abs(part.targets), np.finfo(np.float64).eps)).mean(axis=1))


def mean_squared_error(part: Predicted) -> Floats:
    """``mean((z - y)^2)``."""
    return np.asarray(np.square(part.errors).mean(axis=1))


def root_mean_squared_error(part: Predicted) -> Floats:
    """``sqrt(mean((z - y)^2))``."""
    return np.sqrt(mean_squared_error(part))


def max_error(part: Predicted) -> Floats:
    """``max(|z - y|)``."""
    return np.asarray(np.abs(part.errors).max(axis=1))


def explained_variance(part: Predicted) -> Floats:
    """``1 - var(z - y) / var(y)``: as R2, but a constant error costs nothing; undefined if all targets are equal."""
    variance = part.targets.var()
    return np.asarray(1 - part.errors.var(axis=1) / variance) if variance else np.full(part.trials, np.nan)


def quantile_loss(part: Predicted) -> Floats:
    """Pinball loss of the 0.9 quantile: ``mean(max(0.9 (y - z), 0.1 (z - y)))``.

    Reference: Koenker and Bassett (1978), Regression Quantiles.
    """
    return np.asarray(np.maximum(-QUANTILE * part.errors, (1 - QUANTILE) * part.errors).mean(axis=1))


def _error(
    name: str, title: str, score: Callable[[Predicted], Floats], note: str = "in the unit of the data"
) -> ScoredMetric:
    return ScoredMetric(
        name=name,
        title=title,
        mode="min",
        tasks=NUMBERS,
        score=score,
        low=0.0,
        gap=Gap(ratio=1.5),
        note=note,
    )


METRICS = (
    _error("mean_absolute_error", "mean absolute error", mean_absolute_error),
    _error("median_absolute_error", "median absolute error", median_absolute_error),
    _error(
        "mean_absolute_percentage_error",
        "mean absolute percentage error",
        mean_absolute_percentage_error,
        "a share; targets near 0 make it as large as you like, as it divides by them",
    ),
    _error("mean_squared_error", "mean squared error", mean_squared_error, "in the squared unit of the data"),
    _error("root_mean_squared_error", "root mean squared error", root_mean_squared_error),
    _error("max_error", "largest error", max_error),
    ScoredMetric(
        name="explained_variance",
        title="explained variance",
        mode="max",
        tasks=NUMBERS,
        score=explained_variance,
        high=1.0,
        gap=Gap(difference=0.1),
    ),
    _error(
        "quantile_loss",
        "quantile loss",
        quantile_loss,
        f"pinball loss of the {QUANTILE:g} quantile, in the unit of the data",
    ),
)
