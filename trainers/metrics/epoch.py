"""The metrics that every trial has after every epoch: loss, accuracy, RMSE and R2."""

from __future__ import annotations

import numpy as np

from trainers.metrics.metric import ALL, CLASSES, NUMBERS, EpochMetric, Gap, Measured


def root_mean_squared_error(part: Measured) -> float:
    """``sqrt(mean((z - y)^2))`` in the units of the data."""
    return float(np.sqrt(part.squared_error)) * part.scale


def coefficient_of_determination(part: Measured) -> float:
    """``R2 = 1 - mean squared error / variance of the targets``; NaN if all targets are equal, as for one example."""
    return 1.0 - part.squared_error / part.variance if part.variance else float("nan")


METRICS = (
    EpochMetric(
        name="loss",
        title="loss",
        mode="min",
        tasks=ALL,
        value=lambda part: part.loss,
        low=0.0,
        gap=Gap(ratio=2.0),
        note="cross-entropy of classes, mean squared error of a regression on the scale on which it is trained",
    ),
    EpochMetric(
        name="accuracy",
        title="accuracy",
        mode="max",
        tasks=CLASSES,
        value=lambda part: part.hits,
        low=0.0,
        high=1.0,
        is_share=True,
        gap=Gap(difference=0.05),
    ),
    EpochMetric(
        name="rmse",
        title="RMSE",
        mode="min",
        tasks=NUMBERS,
        value=root_mean_squared_error,
        low=0.0,
        gap=Gap(ratio=1.5),
        note="in the unit of the data",
    ),
    EpochMetric(
        name="r2",
        title="R2",
        mode="max",
        tasks=NUMBERS,
        value=coefficient_of_determination,
        high=1.0,
        gap=Gap(difference=0.1),
    ),
)
"""In the order of the columns of results."""
