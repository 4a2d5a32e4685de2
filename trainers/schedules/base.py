"""The interface of a schedule: its numbers, and a formula from a count of epochs or steps to a multiplier."""

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
    """The numbers of one schedule, described in `trainers.schedules.Schedule`."""

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
        """Convert counts of finished epochs (or steps) to the ``t`` of the formulas."""
        return np.asarray((finished + self.start) // self.interval, dtype=np.int64)


@dataclass(frozen=True)
class Progress:
    """The progress of a training at each of a number of steps.

    Args:
        finished: (steps,) epochs (or steps) finished before each step, excluding the warm-up.
        total: epochs (or steps) of the whole training, excluding the warm-up; None if unknown.
        reductions: number of reductions by feedback so far.
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
        torch: its name in torch and how that differs; empty if there is nothing to compare.
        keras: likewise for Keras.
        optax: likewise for optax.
        lecture: likewise for the lecture.
    """

    multiplier: str = ""
    torch: str = ""
    keras: str = ""
    optax: str = ""
    lecture: str = "not in it"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A schedule's declaration: its formula, its numbers and everything else that the project knows about it.

    Args:
        name: the spelling used everywhere.
        help: the formula in a few words, shown after the name in help texts.
        rate: meaning and range of its rate; None if it has none.
        rate_help: meaning of the rate in a few words, if its summary is long.
        formula: computes the multiplier of alpha0, (steps,).
        takes: names of the numbers that it uses.
        by_hand: names of the numbers that it uses if ``boundaries`` are given; empty if they cannot be.
        neutral_rate: the rate at which the rule is exactly constant; None if there is none.
        by: whether it counts epochs or steps by default.
        needs_total: True if it depends on the length of the training, so that a trial cannot go on for more epochs.
        is_fed: True if it depends on the validation loss after each epoch.
        rows: cells of the documentation tables; None omits it from them.
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
    """Declare the rate of a rule, from 0 to ``maximum``."""
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
    """The rate, or its default if none is given.

    Raises:
        ValueError: if there is neither.
    """
    rate = declared.default if numbers.rate is None else numbers.rate
    if rate is None:
        raise ValueError(f"`decay_rate` is needed by the decay {numbers.kind!r}.")
    return rate


def total_of(numbers: Numbers, progress: Progress) -> int:
    """The length of the training, in the unit that the schedule counts.

    Raises:
        ValueError: if it is unknown.
    """
    if progress.total is None:
        raise ValueError(f"`epochs` is needed by the decay {numbers.kind!r}, which ends with the training.")
    return progress.total
