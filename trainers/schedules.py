"""Learning-rate decay: how the step size shrinks as epochs or steps go by.

Every schedule is a multiplier on the initial learning rate alpha0, so that ``alpha_t = alpha0 * multiplier(t)``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trainers.optimizers.base import Hyperparameter

Float = NDArray[np.float64]
Count = NDArray[np.int64]


@dataclass(frozen=True)
class Schedule:
    """One learning-rate schedule with its numbers.

    The count ``t`` that a formula sees is the number of the epoch (or of the step, with ``by="step"``). The first
    is number ``start``, and with ``interval`` n the formula sees ``floor(t / n)``: it is held constant for n.

    **Variant.** The first epoch is number 1, as in the lecture's table (alpha0 0.2, rate 1: 0.1, 0.067, 0.05);
    Keras, torch and optax count from 0, which is ``start=0``.

    Args:
        kind: a name in `RULES`.
        rate: the rule's one number (its decay rate, base, k, or factor); None where the rule takes none.
        by: what is counted.
        interval: hold for that many counts, 1 or more.
        start: number of the first epoch or step, 0 or 1.
        boundaries: staircase only: counts after which the next of ``values`` holds, increasing.
        values: staircase only: multipliers of alpha0, one more than ``boundaries``.
    """

    kind: str = "constant"
    rate: float | None = None
    by: Literal["epoch", "step"] = "epoch"
    interval: int = 1
    start: Literal[0, 1] = 1
    boundaries: tuple[int, ...] = ()
    values: tuple[float, ...] = ()

    def multipliers(self, finished_epochs: int, finished_steps: int, steps: int) -> Float:
        """The multiplier of alpha0 at each of the next ``steps`` steps, all of one epoch.

        Args:
            finished_epochs: epochs finished before, 0 or more.
            finished_steps: steps finished before, 0 or more.
            steps: how many, 1 or more.

        Returns:
            (steps,) float64.

        >>> rule = Schedule("inverse_time", rate=1.0)
        >>> [round(0.2 * float(rule.multipliers(e, e * 10, 10)[0]), 3) for e in range(3)]
        [0.1, 0.067, 0.05]

        Reference: deeplearning.ai, Improving Deep Neural Networks (2017), week 2, "Learning rate decay".
        """
        if self.by == "step":
            finished = finished_steps + np.arange(steps, dtype=np.int64)
        else:
            finished = np.full(steps, finished_epochs, dtype=np.int64)
        return RULES[self.kind].formula(self, finished)

    def count(self, finished: Count) -> Count:
        """Turn counts of finished epochs (or steps) into the ``t`` of the formulas."""
        return np.asarray((finished + self.start) // self.interval, dtype=np.int64)


@dataclass(frozen=True)
class Rule:
    """A decay formula and the meaning of its one number ``rate``; None where it takes none."""

    summary: str
    rate: Hyperparameter | None
    formula: Callable[[Schedule, Count], Float]
    neutral_rate: float | None = None
    """The rate at which the rule is exactly constant; None where there is none."""


def constant(schedule: Schedule, finished: Count) -> Float:
    """``alpha = alpha0``."""
    return np.ones(finished.shape)


def inverse_time(schedule: Schedule, finished: Count) -> Float:
    """``alpha = alpha0 / (1 + rate t)``.

    **Variant.** The lecture's first formula; Keras' InverseTimeDecay with ``decay_steps`` = ``interval``.
    """
    return np.asarray(1.0 / (1.0 + _rate(schedule) * schedule.count(finished)), dtype=np.float64)


def exponential(schedule: Schedule, finished: Count) -> Float:
    """``alpha = rate^t alpha0``: ``rate`` is the base, such as 0.95.

    **Variant.** The exponent is whole (Keras' ``staircase=True``) as ``t`` is ``floor(count / interval)``.
    """
    return np.asarray(_rate(schedule) ** schedule.count(finished).astype(np.float64))


def inverse_sqrt(schedule: Schedule, finished: Count) -> Float:
    """``alpha = k / sqrt(t) alpha0``: ``rate`` is k; by epoch or by step.

    **Variant.** ``t`` is at least 1: while ``floor(count / interval)`` is 0 the rate is ``k alpha0``.
    """
    return np.asarray(_rate(schedule) / np.sqrt(np.maximum(schedule.count(finished), 1)), dtype=np.float64)


def staircase(schedule: Schedule, finished: Count) -> Float:
    """``alpha = values[i] alpha0``, ``i`` the boundaries passed; or ``rate^floor(finished / interval) alpha0``.

    **Variant.** A boundary b holds through the b-th epoch (or step) and changes after it, as in torch's MultiStepLR;
    Keras' PiecewiseConstantDecay changes one later. The values multiply alpha0; with alpha0 = 1 they are the rates.
    """
    if schedule.boundaries:
        passed = np.searchsorted(np.asarray(schedule.boundaries), finished, side="right")
        return np.asarray(schedule.values, dtype=np.float64)[passed]
    return np.asarray(_rate(schedule) ** (finished // schedule.interval).astype(np.float64))


def _rate(schedule: Schedule) -> float:
    if schedule.rate is None:
        raise ValueError(f"`decay_rate` is needed by the decay {schedule.kind!r}.")
    return schedule.rate


def _number(summary: str, maximum: float = float("inf"), open_minimum: bool = True) -> Hyperparameter:
    return Hyperparameter(
        "decay_rate",
        summary,
        None,
        0.0,
        maximum,
        open_minimum=open_minimum,
        open_maximum=maximum == float("inf"),
    )


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "constant": Rule("alpha0", None, constant),
        "inverse_time": Rule(
            "alpha0 / (1 + rate t)", _number("decay rate", open_minimum=False), inverse_time, neutral_rate=0.0
        ),
        "exponential": Rule("rate^t alpha0", _number("base", maximum=1.0), exponential, neutral_rate=1.0),
        "inverse_sqrt": Rule("rate / sqrt(t) alpha0", _number("k"), inverse_sqrt),
        "staircase": Rule(
            "a factor every n epochs, or a list of boundaries and values",
            _number("factor", maximum=1.0),
            staircase,
            neutral_rate=1.0,
        ),
    }
)
