"""Reports the metrics of a script that a sweep runs as a command; imports nothing but the standard library."""

from __future__ import annotations

import json
import os
from typing import Any

REPORT_FILE = "SWEEP_REPORT_FILE"
"""Variable that names the file which the command of a trial reports to."""


LARGEST_COUNT = 2**53
"""Up to here a table's floats hold every whole number."""


class ReportError(ValueError):
    """What was reported cannot be a report; the message is one sentence for the user."""


def report(*, epoch: int | None = None, step: int | None = None, **metrics: Any) -> None:
    """Report the metrics of an epoch, from a script that a sweep runs as a command.

    A script that is run by hand, without a sweep, prints its reports instead.

    Args:
        epoch: number of the epoch, from 1; the sweep counts when it is not given.
        step: number of steps so far.
        metrics: numbers, arrays without dimensions, or tensors of one number.

    Raises:
        ReportError: if there is no metric, or one is no number.

    >>> from sweep import report
    >>> report(epoch=1, val_loss=0.25)
    {"epoch": 1, "val_loss": 0.25}
    """
    counts = {"epoch": epoch, "step": step}
    facts: dict[str, Any] = {name: whole(value, name) for name, value in counts.items() if value is not None}
    line = json.dumps(facts | numbers(metrics))
    path = os.environ.get(REPORT_FILE)
    if path is None:
        print(line, flush=True)
        return
    # One write, so that the lines of several processes do not mix and no reader finds half a line.
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        os.write(handle, line.encode() + b"\n")
    finally:
        os.close(handle)


def numbers(metrics: dict[str, Any]) -> dict[str, float]:
    """Return the metrics of a report as numbers.

    Args:
        metrics: as for `report`.

    Raises:
        ReportError: if there is no metric, or one is no number.
    """
    if not metrics:
        raise ReportError("a report must have a metric or more. Received: none. Report such as `val_loss=0.3`.")
    return {name: number(value, name) for name, value in metrics.items()}


def number(value: Any, name: str) -> float:
    """Return a metric as a number.

    Args:
        value: a number, an array without dimensions, or a tensor of one number without dimensions.
        name: what it is called in the message.

    Raises:
        ReportError: if it is anything else.

    >>> number(3, "loss")
    3.0
    """
    try:
        plain = value.item() if hasattr(value, "item") else value
        if isinstance(plain, str | bytes) or tuple(getattr(value, "shape", ())):
            raise TypeError
        return float(plain)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        shape = getattr(value, "shape", None)
        what = f"shape {tuple(shape)}" if shape else repr(value)[:80]
        raise ReportError(
            f"the metric `{name}` must be a number. Received: {type(value).__name__}, {what}. Report a number."
        ) from None


def whole(value: Any, name: str) -> int:
    """Return a count as a whole number.

    Args:
        value: a whole number of any type, from 0 to `LARGEST_COUNT`.
        name: what it is called in the message.

    Raises:
        ReportError: if it is anything else.

    >>> whole(2.0, "epoch")
    2
    """
    try:
        if int(value) == value and 0 <= value <= LARGEST_COUNT:
            return int(value)
    except (TypeError, ValueError, OverflowError):
        pass
    raise ReportError(f"`{name}` must be a whole number from 0 to 2**53. Received: {str(value)[:80]}. Give such as 1.")
