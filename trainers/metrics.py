"""The metrics that say how well a network predicts: each with its value, range, direction and spelling."""

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
    """What is known of the predictions on one part of the data.

    Args:
        loss: mean loss, for numbers the mean squared error on the scale that trials train on.
        hits: share of right predictions; NaN for numbers.
        variance: of the targets of that part, on the same scale as the loss; NaN for classes.
        scale: how many units of the data one unit of that scale is.
    """

    loss: float
    hits: float
    variance: float = float("nan")
    scale: float = 1.0


class Gap(NamedTuple):
    """When training and validation are so far apart that a network fits too closely: by a difference, or by a ratio."""

    difference: float | None = None
    ratio: float | None = None


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric; each trial has it of the training part and of the validation part.

    Args:
        name: the spelling after ``train_`` or ``val_``.
        title: the spelling in sentences.
        mode: which way is better.
        tasks: for which it exists.
        value: of what was measured on a part.
        low: the smallest value that it can have.
        high: the largest value that it can have.
        is_share: True where it is spelled in per cent, and its differences in points.
        gap: when training and validation are too far apart.
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
    return float(np.sqrt(part.loss)) * part.scale


def coefficient_of_determination(part: Measured) -> float:
    """``R2 = 1 - mean squared error / variance of the targets``; NaN where all are equal, as in a part of one."""
    return 1.0 - part.loss / part.variance if part.variance else float("nan")


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
"""By name; this is the one source of what a trial is measured by."""

OF_TASK: Mapping[Task, tuple[Metric, ...]] = MappingProxyType(
    {task: tuple(metric for metric in _ALL if task in metric.tasks) for task in ALL}
)
"""Task -> its metrics, in the order of the columns of results."""
