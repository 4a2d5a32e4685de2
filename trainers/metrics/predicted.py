"""The predictions of several trials on one part of the data, and what several metrics are computed from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.data.dataset import Task

Array = NDArray[Any]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class Predicted:
    """Predictions of k trials for the same N examples.

    Args:
        targets: (N,) int64 class indices, or for regression float64 numbers in the unit of the data.
        outputs: (k, N, classes) float64 probabilities, two columns for a binary task; for regression (k, N) numbers in
            the unit of the data. All are finite.
        task: ``multiclass``, ``binary`` or ``regression``.
    """

    targets: Array
    outputs: Floats
    task: Task

    @property
    def trials(self) -> int:
        """k, the number of trials."""
        return len(self.outputs)

    @property
    def classes(self) -> int:
        """C, the number of classes; 0 for regression."""
        return 0 if self.task == "regression" else self.outputs.shape[2]

    @cached_property
    def labels(self) -> NDArray[np.intp]:
        """The predicted classes (k, N), the first of those with the largest probability."""
        return np.asarray(self.outputs.argmax(axis=2), dtype=np.intp)

    @cached_property
    def counts(self) -> Floats:
        """Confusion counts (k, C, C): of each trial, the examples of a class that are predicted as each class."""
        size = self.classes
        cells = self.targets.astype(np.intp) * size + self.labels
        counts = np.stack([np.bincount(row, minlength=size * size) for row in cells])
        return counts.reshape(-1, size, size).astype(np.float64)

    @cached_property
    def support(self) -> Floats:
        """The number of examples of each class: (C,)."""
        return np.bincount(self.targets.astype(np.intp), minlength=self.classes).astype(np.float64)

    @cached_property
    def errors(self) -> Floats:
        """Predictions minus targets of a regression: (k, N)."""
        return self.outputs - self.targets

    @cached_property
    def truth(self) -> Floats:
        """1 in the column of each example's class, else 0: (N, C)."""
        return np.eye(self.classes)[self.targets.astype(np.intp)]
