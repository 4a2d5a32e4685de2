"""Checks the names and the values of the metrics that a training reports."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Literal

from sweep.reporting import ReportError
from sweep.system.mlflow_names import is_mlflow_name

RESERVED = frozenset({"seconds", "examples", "steps", "trial_id", "arm_id", "seed"})
"""Columns of a sweep's tables, which a metric must not have the name of."""


def require_metric_name(name: str) -> None:
    """Refuse a name that MLflow does not take, or that a column of the sweep's tables has.

    Raises:
        ReportError: if the name cannot be that of a metric.
    """
    if not is_mlflow_name(name) or name in RESERVED:
        raise ReportError(
            f"a metric must have a name that MLflow and the sweep's tables take. Received: {name[:80]}. Rename it."
        )


def is_loss(name: str) -> bool:
    """Whether a metric is a loss, by its name.

    >>> is_loss("val_loss"), is_loss("train/loss"), is_loss("glossiness")
    (True, True, False)
    """
    return "loss" in re.split(r"[^a-z0-9]+", name.lower())


def has_diverged(values: Mapping[str, float], metric: str) -> bool:
    """Return whether the metric that decides, or a loss, is not finite.

    >>> has_diverged({"val_loss": float("nan")}, "val_accuracy"), has_diverged({"ratio": float("inf")}, "val_accuracy")
    (True, False)
    """
    return any(not math.isfinite(value) and (name == metric or is_loss(name)) for name, value in values.items())


def has_reached(value: float | None, target: float | None, mode: Literal["min", "max"]) -> bool:
    """Return whether a value reaches a target; a missing one does not.

    >>> has_reached(0.1, 0.2, "min"), has_reached(0.1, 0.2, "max"), has_reached(None, 0.2, "min")
    (True, False, False)
    """
    if value is None or target is None:
        return False
    return value <= target if mode == "min" else value >= target
