"""The metrics of prediction quality: each with its value, range, direction and title."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np

from trainers.data.dataset import Task

Mode = Literal["min", "max"]
ALL: tuple[Task, ...] = ("multiclass", "binary", "regression")
CLASSES: tuple[Task, ...] = ("multiclass", "binary")


class Measured(NamedTuple):
    """Measurements of the predictions on one part of the data.

    Args:
        loss: mean loss; for regression the mean squared error on the scale on which trials are trained.
        hits: share of correct predictions; for regression the mean squared error on the same scale as the loss, NaN if
            that is the loss.
        variance: variance of the part's targets, on the same scale as the loss; NaN for classification.
        scale: units of the data per unit of that scale.
    """

    loss: float
    hits: float
    variance: float = float("nan")
    scale: float = 1.0

    @property
    def squared_error(self) -> float:
        """Mean squared error of a regression, whatever its loss is."""
        return self.loss if np.isnan(self.hits) else self.hits


class Gap(NamedTuple):
    """The gap between training and validation that indicates overfitting: a difference or a ratio."""

    difference: float | None = None
    ratio: float | None = None


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric; each trial has it for the training part and the validation part.

    Args:
        name: the name after ``train_`` or ``val_``.
        title: the name in sentences.
        mode: whether smaller or larger is better.
        tasks: the tasks that have it.
        value: computes it from the measurements on a part.
        low: its lower bound.
        high: its upper bound.
        is_share: True if it is shown in per cent and its differences in percentage points.
        gap: the gap between training and validation that counts as too large.
    """

    name: str
    title: str
    mode: Mode
    tasks: tuple[Task, ...]
    value: Callable[[Measured], float]
    low: float = float("-inf")
    high: float = float("inf")
    is_share: bool = False
    gap: Gap


def root_mean_squared_error(part: Measured) -> float:
    """``sqrt(mean((z - y)^2))`` in the units of the data."""
    return float(np.sqrt(part.squared_error)) * part.scale


def coefficient_of_determination(part: Measured) -> float:
    """``R2 = 1 - mean squared error / variance of the targets``; NaN if all targets are equal, as for one example."""
    return 1.0 - part.squared_error / part.variance if part.variance else float("nan")


_ALL = (
    Metric(
        name="loss",
        title="loss",
        mode="min",
        tasks=ALL,
        value=lambda part: part.loss,
        low=0.0,
        gap=Gap(ratio=2.0),
    ),
    Metric(
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
    Metric(
        name="rmse",
        title="RMSE",
        mode="min",
        tasks=("regression",),
        value=root_mean_squared_error,
        low=0.0,
        gap=Gap(ratio=1.5),
    ),
    Metric(
        name="r2",
        title="R2",
        mode="max",
        tasks=("regression",),
        value=coefficient_of_determination,
        high=1.0,
        gap=Gap(difference=0.1),
    ),
)

METRICS: Mapping[str, Metric] = MappingProxyType({metric.name: metric for metric in _ALL})
"""Metric by name; the only list of the metrics of a trial."""

OF_TASK: Mapping[Task, tuple[Metric, ...]] = MappingProxyType(
    {task: tuple(metric for metric in _ALL if task in metric.tasks) for task in ALL}
)
"""Task -> its metrics, in the order of the columns of results."""
