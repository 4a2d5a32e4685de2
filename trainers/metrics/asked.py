"""Which metrics a training computes besides those that every trial has, and after which epochs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from trainers.errors import UserCodeError
from trainers.metrics.own import own_scores_and_errors
from trainers.metrics.predicted import Predicted
from trainers.metrics.registry import SCORED, split_name

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class AskedMetrics:
    """Metrics of the validation or the training part, computed from the predictions after an epoch.

    Args:
        names: names of their columns, such as ``val_roc_auc``.
        every: they are computed after every so many epochs, and after the last of a trial.
        own: name of a metric of the user's own -> its import path, such as ``my_metric:share_of_first``.

    Raises:
        ValueError: for a name that is not known, or an invalid number of epochs.

    >>> AskedMetrics(("val_roc_auc", "train_f1")).of_part("train")
    ('train_f1',)
    """

    names: tuple[str, ...] = ()
    every: int = 1
    own: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Validate the fields beyond their types."""
        object.__setattr__(self, "names", tuple(self.names))
        for name in self.names:
            part, measure = split_name(name)
            if part not in ("val", "train") or (measure not in SCORED and measure not in self.own):
                raise ValueError(
                    f"`names` must be of metrics behind val_ or train_. Received: {name}. Give such as val_roc_auc."
                )
        if not isinstance(self.every, int) or self.every < 1:
            raise ValueError(f"`every` must be a whole number, 1 or more. Received: {self.every}. Give such as 1.")

    def of_part(self, part: str) -> tuple[str, ...]:
        """The names of the columns of a part, ``val`` or ``train``."""
        return tuple(name for name in self.names if split_name(name)[0] == part)

    def score(self, name: str, part: Predicted) -> tuple[Floats, dict[int, UserCodeError]]:
        """Compute a metric of k trials.

        Returns:
            (k,) float64, NaN where it is undefined, and row -> what went wrong in a metric of the user's own.

        Raises:
            UserCodeError: if a metric of the user's own cannot be imported.
        """
        measure = split_name(name)[1]
        failed: dict[int, UserCodeError] = {}
        if measure in self.own:
            values, failed = own_scores_and_errors(self.own[measure], part)
        else:
            values = SCORED[measure].score(part)
        return np.where(np.isfinite(values), values, np.nan), failed
