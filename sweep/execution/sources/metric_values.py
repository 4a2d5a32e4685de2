"""Checks what a training reports: names of metrics, and their values as numbers."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

METRIC_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./ -]{0,249}")
RESERVED = frozenset({"seconds", "examples", "steps", "trial_id", "arm_id", "seed"})
"""Columns of a sweep's tables, which a metric must not have the name of."""


class ReportError(ValueError):
    """What was reported cannot be a report; the message is one sentence for the user."""


def require_metric_name(name: str) -> None:
    """Refuse a name that MLflow does not take, or that a column of the sweep's tables has.

    Raises:
        ReportError: if the name cannot be that of a metric.
    """
    if not METRIC_NAME.fullmatch(name) or name in RESERVED:
        raise ReportError(
            f"a metric must have a name that MLflow and the sweep's tables take. Received: {name[:80]}. Rename it."
        )


def number(name: str, value: Any) -> float:
    """Return the value of a metric as a float.

    Args:
        name: the metric, for the message.
        value: a number, or an array or tensor without dimensions.

    Raises:
        ReportError: if it is anything else.

    >>> number("val_loss", np.float32(0.5))
    0.5
    """
    if type(value) is float or type(value) is int:
        return float(value)
    try:
        if np.ndim(value) or isinstance(value, str | bytes):
            raise TypeError
        return float(value.detach() if hasattr(value, "detach") else value)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        shape = getattr(value, "shape", None)
        what = f"shape {tuple(shape)}" if shape is not None and len(shape) else repr(value)[:80]
        raise ReportError(
            f"the metric `{name}` must be a number. Received: {type(value).__name__}, {what}. Report a number."
        ) from None


def is_loss(name: str) -> bool:
    """Whether a metric is a loss, by its name.

    >>> is_loss("val_loss"), is_loss("train/loss"), is_loss("glossiness")
    (True, True, False)
    """
    return "loss" in re.split(r"[^a-z0-9]+", name.lower())


def whole_number(value: Any, name: str) -> int:
    """Return a count as an int.

    Raises:
        ReportError: if it is no whole number.
    """
    try:
        if int(value) == value:
            return int(value)
    except (TypeError, ValueError, OverflowError):
        pass
    raise ReportError(f"`{name}` must be a whole number. Received: {str(value)[:80]}. Give such as 1.")
