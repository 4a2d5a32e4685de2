"""Plain records shared by planning, driver, tracking and results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Value: TypeAlias = str | int | float | bool
Setting: TypeAlias = Mapping[str, Value]
"""One complete canonical setting: hyperparameter name -> value, without the seed."""

Status = Literal["PENDING", "RUNNING", "COMPLETED", "STOPPED", "DIVERGED", "FAILED"]


@dataclass(frozen=True)
class Arm:
    """A setting without a seed; ``label`` shows only what differs between the arms of the sweep."""

    id: str
    label: str
    setting: Setting


@dataclass(frozen=True)
class Trial:
    """One training of an arm with one seed; ``id`` is the same on every machine."""

    id: str
    arm: Arm
    seed: int


@dataclass(frozen=True)
class TrialResult:
    """Result of one trial.

    Args:
        trial: the trial.
        status: its final status.
        epochs: metric name -> (E,) float64, one entry per epoch that was finished with finite numbers; the
            keys are the same for every trial of a sweep and always include ``epoch``, ``steps``,
            ``examples`` and ``seconds``.
        fingerprints: ``data``, ``split``, ``init`` and ``batches``, each a short hash.
        started_seconds: Unix time at which training began.
        ended_seconds: Unix time at which it ended.
        diverged_step: the first step (from 1) whose loss was not finite; None unless DIVERGED.
        last_finite_loss: the training loss of the step before it; None unless DIVERGED or if there was none.
        error: one sentence; None unless FAILED.
    """

    trial: Trial
    status: Status
    epochs: Mapping[str, NDArray[np.float64]]
    fingerprints: Mapping[str, str]
    started_seconds: float
    ended_seconds: float
    diverged_step: int | None = None
    last_finite_loss: float | None = None
    error: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
