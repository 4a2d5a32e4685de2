"""Converts the raw outputs of networks to probabilities, or to numbers in the unit of the data."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trainers.data.dataset import Task

Floats = NDArray[np.float64]


def scores_of(outputs: Floats, task: Task, mean: float = 0.0, scale: float = 1.0, classes: int | None = None) -> Floats:
    """Convert outputs (..., N, C) to (..., N, classes) probabilities, or of a regression to (..., N) numbers.

    Args:
        outputs: float64; logits of classes, one column for a binary task; of a regression one column.
        task: ``multiclass``, ``binary`` or ``regression``.
        mean: of regression targets on the scale of the data.
        scale: units of the data per unit of the outputs.
        classes: number of classes of the data, of which a module may know more; None for as many as outputs.

    >>> scores_of(np.array([[0.0]]), "binary").tolist(), scores_of(np.array([[2.0]]), "regression", 1.0, 3.0).tolist()
    ([[0.5, 0.5]], [7.0])
    """
    if task == "regression":
        return np.asarray(outputs[..., 0] * scale + mean)
    if task == "binary" and outputs.shape[-1] == 1:
        # The logistic function of -z and z, which cannot overflow.
        return np.asarray(np.exp(-np.logaddexp(0.0, np.concatenate([outputs, -outputs], axis=-1))))
    # Of outputs that are logarithms of probabilities this is the probabilities too.
    exponentials = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))[..., :classes]
