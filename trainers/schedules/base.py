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


@dataclass(frozen=True, kw_only=True)
class Rows:
    """A schedule's cells in the tables of the documentation, in Markdown.

    Args:
        multiplier: its formula.
        torch: what torch calls it, and how that differs; empty where there is nothing to compare.
        keras: the same of Keras.
        optax: the same of optax.
        lecture: the same of the lecture.
    """

    multiplier: str = ""
    torch: str = ""
    keras: str = ""
    optax: str = ""
    lecture: str = "not in it"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A schedule's declaration: its formula, what it takes, and all else that the project knows of it.

    Args:
        name: the spelling used everywhere.
        help: the formula in a few words, which follow the name in help texts.
        rate: the meaning and range of its one number; None where it takes none.
        rate_help: the meaning of that number in a few words, where its summary is long.
        formula: the multiplier of alpha0, (steps,).
        takes: the names of the numbers that it uses.
        by_hand: the names of those that it uses where ``boundaries`` are given; empty where they can't be.
        neutral_rate: the rate at which the rule is exactly constant; None where there is none.
        by: what it counts unless told.
        needs_total: True when it must know how long the training is.
        is_fed: True when the validation loss after each epoch decides.
        rows: for the documentation; None leaves it out of the tables.
    """

    name: str
    help: str = ""
    rate: Hyperparameter | None = None
    rate_help: str = ""
    formula: Formula
    takes: tuple[str, ...] = ("rate", "by", "interval", "start")
    by_hand: tuple[str, ...] = ()
    neutral_rate: float | None = None
    by: By = "epoch"
    needs_total: bool = False
    is_fed: bool = False
    rows: Rows | None = None


def rate_range(
    summary: str, maximum: float = float("inf"), open_minimum: bool = True, default: float | None = None
) -> Hyperparameter:
    """Declare the one number of a rule, from 0 to ``maximum``."""
    open_maximum = maximum == float("inf")
    return Hyperparameter(
        name="decay_rate",
        summary=summary,
        default=default,
        minimum=0.0,
        maximum=maximum,
        open_minimum=open_minimum,
        open_maximum=open_maximum,
    )


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
