"""Checks the names of the metrics that a training reports."""

from __future__ import annotations

import re

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
