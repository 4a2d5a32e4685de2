"""What a training says of itself beyond its loss: names of all metrics, gradient norm, update-to-weight ratio."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.data.dataset import Task

Array = NDArray[Any]

COMMON = ("learning_rate", "gradient_norm", "update_ratio", "steps", "examples", "seconds")


def metric_names(task: Task) -> tuple[str, ...]:
    """The metrics of each epoch, in order.

    >>> metric_names("binary")[:4]
    ('train_loss', 'val_loss', 'train_accuracy', 'val_accuracy')
    """
    if task == "regression":
        return ("train_loss", "val_loss", "train_rmse", "val_rmse", "train_r2", "val_r2", *COMMON)
    return ("train_loss", "val_loss", "train_accuracy", "val_accuracy", *COMMON)


def norms(rows: Array) -> NDArray[np.float64]:
    """Euclidean norm of each row, in float64 so that large numbers do not overflow: (K, P) -> (K,).

    >>> norms(np.array([[3.0, 4.0]], dtype=np.float32)).tolist()
    [5.0]
    """
    wide = rows.astype(np.float64)
    wide *= wide
    return np.asarray(np.sqrt(np.add.reduce(wide, axis=1)))


def update_ratios(before: Array, after: Array) -> NDArray[np.float64]:
    """Update-to-weight ratio ``|after - before| / |before|`` of each row; NaN where ``before`` is all zeros.

    A healthy training is near 1e-3; far above it the learning rate is too large, far below too small.

    Args:
        before: (K, P) parameters before a step.
        after: (K, P) parameters after it.

    Returns:
        (K,) float64.

    >>> update_ratios(np.array([[3.0, 4.0]]), np.array([[3.0, 4.5]])).tolist()
    [0.1]

    Reference: Karpathy, CS231n notes (2015), "Ratio of weights:updates".
    """
    size = norms(before)
    size[size == 0.0] = np.nan
    return norms(after - before) / size
