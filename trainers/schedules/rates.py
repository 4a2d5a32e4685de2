"""Computes the learning rate of every step without training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trainers.limits import EPOCHS, check_number
from trainers.schedules.base import Float
from trainers.schedules.reduce_on_plateau import Watch
from trainers.schedules.rules import RULES
from trainers.schedules.schedule import Schedule


def rates(
    schedule: Schedule,
    learning_rate: float,
    epochs: int,
    steps_per_epoch: int = 1,
    val_losses: Sequence[float] | None = None,
) -> Float:
    """The learning rate of each step: ``alpha_t = alpha0 multiplier(t)``.

    Args:
        schedule: of the learning rate.
        learning_rate: alpha0, in (0, inf).
        epochs: of the whole training, 1 or more.
        steps_per_epoch: 1 or more.
        val_losses: (epochs,) validation loss after each epoch, for schedules that depend on it.

    Returns:
        (epochs * steps_per_epoch,) float64.

    Raises:
        ValueError: for a count out of range, or missing losses that the schedule depends on.

    >>> rates(Schedule("inverse_time", rate=1.0), 0.2, epochs=3).round(3).tolist()
    [0.1, 0.067, 0.05]

    Reference: that of the schedule's rule.
    """
    check_number("epochs", epochs, EPOCHS)
    check_number("steps_per_epoch", steps_per_epoch, EPOCHS)
    is_fed = RULES[schedule.kind].is_fed
    if is_fed and (val_losses is None or len(val_losses) < epochs):
        raise ValueError(
            f"`val_losses` must hold a loss for each of {epochs} epochs, as {schedule.kind} watches them. "
            f"Received: {val_losses if val_losses is None else len(val_losses)}. Give such as `[1.0] * epochs`."
        )
    watch, parts = Watch(), []
    for epoch in range(epochs):
        parts.append(schedule.multipliers(epoch, epoch * steps_per_epoch, steps_per_epoch, epochs, watch.reductions))
        if is_fed and val_losses is not None:
            watch = watch.after(float(val_losses[epoch]), schedule)
    return np.asarray(learning_rate * np.concatenate(parts))
