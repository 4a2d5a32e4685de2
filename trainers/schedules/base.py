"""What every schedule declares: the numbers that it takes, and one formula from a count to a multiplier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trainers.optimizers.base import Hyperparameter

Float = NDArray[np.float64]
Count = NDArray[np.int64]
By = Literal["epoch", "step"]


@dataclass(frozen=True)
class Numbers:
    """The numbers of one schedule; `trainers.schedules.Schedule` says what each means."""

    kind: str = "constant"
    rate: float | None = None
    by: By = "epoch"
    interval: int = 1
    start: Literal[0, 1] = 1
    boundaries: tuple[int, ...] = ()
    values: tuple[float, ...] = ()
    warmup: int = 0
    patience: int = 10
    threshold: float = 1e-4

    def count(self, finished: Count) -> Count:
        """Turn counts of finished epochs (or steps) into the ``t`` of the formulas."""
        return np.asarray((finished + self.start) // self.interval, dtype=np.int64)


@dataclass(frozen=True)
class Progress:
    """How far a training is at each of some steps.

    Args:
        finished: (steps,) epochs (or steps) finished before, without those of the warm-up.
        total: epochs (or steps) of the whole training, without those of the warm-up; None if it is not known.
        reductions: how often feedback has reduced the rate so far.
    """

    finished: Count
    total: int | None = None
    reductions: int = 0


Formula = Callable[[Numbers, Progress], Float]


@dataclass(frozen=True)
class Rule:
    """A decay formula and what it takes.

    Args:
        summary: the formula in one line, for help texts.
        rate: the meaning and range of its one number; None where it takes none.
        formula: the multiplier of alpha0, (steps,).
        takes: the names of the numbers that it uses.
        neutral_rate: the rate at which the rule is exactly constant; None where there is none.
        by: what it counts unless told.
        needs_total: True when it must know how long the training is.
        is_fed: True when the validation loss after each epoch decides.
    """

    summary: str
    rate: Hyperparameter | None
    formula: Formula
    takes: tuple[str, ...] = ("rate", "by", "interval", "start")
    neutral_rate: float | None = None
    by: By = "epoch"
    needs_total: bool = False
    is_fed: bool = False


def rate_range(
    summary: str, maximum: float = float("inf"), open_minimum: bool = True, default: float | None = None
) -> Hyperparameter:
    """Declare the one number of a rule, from 0 to ``maximum``."""
    open_maximum = maximum == float("inf")
    return Hyperparameter("decay_rate", summary, default, 0.0, maximum, open_minimum, open_maximum)


def rate_of(numbers: Numbers, declared: Hyperparameter) -> float:
    """The rate, or its default.

    Raises:
        ValueError: when neither is there.
    """
    rate = declared.default if numbers.rate is None else numbers.rate
    if rate is None:
        raise ValueError(f"`decay_rate` is needed by the decay {numbers.kind!r}.")
    return rate


def total_of(numbers: Numbers, progress: Progress) -> int:
    """How many counts the training has.

    Raises:
        ValueError: when it is not known.
    """
    if progress.total is None:
        raise ValueError(f"`epochs` is needed by the decay {numbers.kind!r}, which ends with the training.")
    return progress.total
