"""What a metric is: its name, title, direction and range, and what its value is computed from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from trainers.data.dataset import Task
from trainers.metrics.predicted import Predicted

Mode = Literal["min", "max"]
Floats = NDArray[np.float64]
ALL: tuple[Task, ...] = ("multiclass", "binary", "regression")
CLASSES: tuple[Task, ...] = ("multiclass", "binary")
NUMBERS: tuple[Task, ...] = ("regression",)


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
    """One metric, on the training, the validation or the test part.

    Args:
        name: the name after ``train_``, ``val_`` or ``test_``.
        title: the name in sentences.
        mode: whether smaller or larger is better.
        tasks: the tasks that have it.
        low: its lower bound.
        high: its upper bound.
        is_share: True if it is shown in per cent and its differences in percentage points.
        gap: the gap between training and validation that counts as too large; of neither kind if none does.
        note: what a reader of its values must know; empty for nothing.
    """

    name: str
    title: str
    mode: Mode
    tasks: tuple[Task, ...]
    low: float = float("-inf")
    high: float = float("inf")
    is_share: bool = False
    gap: Gap = field(default_factory=Gap)
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class EpochMetric(Metric):
    """A metric that every trial has after every epoch.

    Args:
        value: computes it from the measurements on a part.
    """

    value: Callable[[Measured], float]


@dataclass(frozen=True, kw_only=True)
class ScoredMetric(Metric):
    """A metric that is computed from the predictions where it is asked.

    Args:
        score: computes it, from the predictions of k trials on a part: (k,) float64. Infinite or NaN is undefined.
    """

    score: Callable[[Predicted], Floats]
