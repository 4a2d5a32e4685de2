"""A schedule with its numbers, and the learning-rate multipliers that it gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trainers.schedules.base import Float, Numbers, Progress
from trainers.schedules.ranges import check
from trainers.schedules.rules import RULES
from trainers.schedules.warmup import ramp


@dataclass(frozen=True)
class Schedule(Numbers):
    """One learning-rate schedule with its numbers.

    The count ``t`` in a formula is the number of the epoch (or of the step, with ``by="step"``). The first one has
    number ``start``, and with ``interval`` n the formula uses ``floor(t / n)``, so that it is constant for n counts.

    **Variant.** The first epoch is number 1, as in the lecture's table (alpha0 0.2, rate 1: 0.1, 0.067, 0.05);
    Keras, torch and optax count from 0, which is ``start=0``.

    Args:
        kind: a name in `RULES`.
        rate: the rule's rate (its decay rate, base, k, factor, final multiplier or share); None if the rule takes none,
            or for its default.
        by: whether epochs or steps are counted.
        interval: counts over which the multiplier is constant, 1 or more.
        start: number of the first epoch or step, 0 or 1.
        boundaries: staircase only: counts after which the next of ``values`` applies, increasing.
        values: staircase only: multipliers of alpha0, one more than ``boundaries``.
        warmup: counts over which the rate first rises to the rule's initial value, 0 or more; see `warmup.ramp`.
        patience: reduce_on_plateau only: epochs without improvement that are tolerated, 0 or more.
        threshold: reduce_on_plateau only: the relative decrease of the loss that is an improvement, in [0, 1).

    Raises:
        ValueError: as for the same decay in a sweep file: for an unknown kind, or a number that is out of range,
            missing, or not used by the kind.

    >>> Schedule("staircase", rate=0.5, interval=0)
    Traceback (most recent call last):
    ValueError: `interval` must be a whole number, 1 or more. Received: 0. Give a value such as 1.
    """

    def __post_init__(self) -> None:
        """Validate the numbers beyond their types."""
        object.__setattr__(self, "boundaries", tuple(self.boundaries))
        object.__setattr__(self, "values", tuple(self.values))
        check(self)

    def multipliers(
        self, finished_epochs: int, finished_steps: int, steps: int, epochs: int | None = None, reductions: int = 0
    ) -> Float:
        """The multiplier of alpha0 at each of the next ``steps`` steps, all in the same epoch.

        Args:
            finished_epochs: epochs finished before, 0 or more.
            finished_steps: steps finished before, 0 or more.
            steps: number of steps, 1 or more.
            epochs: length of the whole training, for rules that end with it; every epoch is assumed to have as
                many steps as this one.
            reductions: number of reductions by feedback so far; see `reduce_on_plateau.Watch`.

        Returns:
            (steps,) float64.

        Raises:
            ValueError: if the rule needs its rate or ``epochs`` and it is not given.

        >>> rule = Schedule("inverse_time", rate=1.0)
        >>> [round(0.2 * float(rule.multipliers(e, e * 10, 10)[0]), 3) for e in range(3)]
        [0.1, 0.067, 0.05]

        Reference: deeplearning.ai, Improving Deep Neural Networks (2017), week 2, "Learning rate decay".
        """
        total = epochs
        if self.by == "step":
            finished = finished_steps + np.arange(steps, dtype=np.int64)
            if epochs is not None:
                total = finished_steps + (epochs - finished_epochs) * steps
        else:
            finished = np.full(steps, finished_epochs, dtype=np.int64)
        left = None if total is None else max(total - self.warmup, 1)
        progress = Progress(np.maximum(finished - self.warmup, 0), left, reductions)
        return np.asarray(ramp(self.warmup, finished) * RULES[self.kind].formula(self, progress))
