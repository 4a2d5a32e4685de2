"""Training diagnostics besides the loss: metric names, gradient norms and update-to-weight ratios."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.data.dataset import Task
from trainers.metrics import OF_TASK

Array = NDArray[Any]

COMMON = ("learning_rate", "gradient_norm", "update_ratio", "steps_on_plateau", "steps", "examples", "seconds")


def metric_names(task: Task, asked: Sequence[str] = ()) -> tuple[str, ...]:
    """The names of the metrics of each epoch, in order.

    Args:
        task: ``multiclass``, ``binary`` or ``regression``.
        asked: names of the metrics that are computed besides those that every trial has.

    >>> metric_names("binary", ["val_roc_auc"])[:4], metric_names("binary", ["val_roc_auc"])[-2:]
    (('train_loss', 'val_loss', 'train_accuracy', 'val_accuracy'), ('seconds', 'val_roc_auc'))
    """
    return (*(f"{part}_{metric.name}" for metric in OF_TASK[task] for part in ("train", "val")), *COMMON, *asked)


def norms(rows: Array, work: Array | None = None) -> NDArray[np.float64]:
    """Euclidean norm of each row: (K, P) -> (K,).

    Rows whose squares overflow or underflow float32 are computed again in float64.

    Args:
        rows: (K, P).
        work: (K, P) scratch of the same dtype; None makes one.

    >>> [f"{norm:.3g}" for norm in norms(np.array([[3.0, 4.0], [3e30, 4e30]], dtype=np.float32))]
    ['5', '5e+30']
    """
    with np.errstate(over="ignore", under="ignore"):
        squares = np.multiply(rows, rows, out=work)
    sums = np.add.reduce(squares, axis=1).astype(np.float64)
    for row in np.flatnonzero(~np.isfinite(sums) | (sums < np.finfo(rows.dtype).tiny)):
        sums[row] = np.add.reduce(np.square(rows[row].astype(np.float64)))
    return np.asarray(np.sqrt(sums))


def update_ratios(before: Array, after: Array, work: Array | None = None) -> NDArray[np.float64]:
    """Update-to-weight ratio ``|after - before| / |before|`` of each row; NaN where ``before`` is all zeros.

    About 1e-3 is typical of a healthy training; far larger means a too large learning rate, far smaller a too small.

    Args:
        before: (K, P) parameters before a step; overwritten with the update if ``work`` is given.
        after: (K, P) parameters after the step.
        work: (K, P) scratch of the same dtype; None makes one.

    Returns:
        (K,) float64.

    >>> update_ratios(np.array([[3.0, 4.0]]), np.array([[3.0, 4.5]])).tolist()
    [0.1]

    Reference: Karpathy, CS231n notes (2015), "Ratio of weights:updates".
    """
    size = norms(before, work)
    size[size == 0.0] = np.nan
    return norms(np.subtract(after, before, out=None if work is None else before), work) / size
