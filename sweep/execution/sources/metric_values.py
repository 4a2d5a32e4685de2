"""Checks what a training reports: names of metrics, and their values as numbers."""

from __future__ import annotations

import posixpath
import re
from typing import Any

import numpy as np

METRIC_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./ -]{0,249}")
RESERVED = frozenset({"seconds", "examples", "steps", "trial_id", "arm_id", "seed"})
"""Columns of a sweep's tables, which a metric must not have the name of."""

LARGEST_COUNT = 2**53
"""Up to here a table's floats hold every whole number."""


class ReportError(ValueError):
    """What was reported cannot be a report; the message is one sentence for the user."""


def require_metric_name(name: str) -> None:
    """Refuse a name that MLflow does not take, or that a column of the sweep's tables has.

    Raises:
        ReportError: if the name cannot be that of a metric.
    """
    # MLflow takes a name for a path, in its shortest form.
    if not METRIC_NAME.fullmatch(name) or name in RESERVED or posixpath.normpath(name) != name:
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
    try:
        if type(value) is float or type(value) is int:
            return float(value)
        if np.ndim(value) or isinstance(value[()] if isinstance(value, np.ndarray) else value, str | bytes):
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
        ReportError: if it is no whole number, below 0 or above `LARGEST_COUNT`.
    """
    try:
        if int(value) == value and 0 <= value <= LARGEST_COUNT:
            return int(value)
    except (TypeError, ValueError, OverflowError):
        pass
    raise ReportError(f"`{name}` must be a whole number from 0 to 2**53. Received: {str(value)[:80]}. Give such as 1.")
