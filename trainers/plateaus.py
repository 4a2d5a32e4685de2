"""Detects plateaus in a training: steps with a very small gradient while the loss is still high."""

from __future__ import annotations

import math
from dataclasses import dataclass

from trainers.averages import correct, step

BETA = 0.9
"""The gradient norm is averaged over about ten epochs."""

FLAT = 0.1
"""The gradient is small if its average is below this share of its maximum so far."""

HIGH = 0.5
"""The loss is high if it is above this share of the first epoch's; below it a small gradient means a minimum."""


@dataclass(frozen=True)
class Plateau:
    """The detector's state for one trial.

    Args:
        average: exponentially weighted average of the gradient norm, not corrected.
        highest: the maximum of the corrected average so far.
        first_loss: training loss of the first epoch.
        epochs: number of epochs so far.
        steps: number of steps on a plateau so far.
    """

    average: float = 0.0
    highest: float = 0.0
    first_loss: float = math.nan
    epochs: int = 0
    steps: int = 0


def observe(before: Plateau, gradient_norm: float, loss: float, steps: int) -> Plateau:
    """Update the state with one epoch; either all or none of its steps count.

    ``v = beta v + (1 - beta) |g|``, ``v_hat = v / (1 - beta^t)``, ``t`` the epoch from 1; on a plateau while
    ``v_hat < 0.1 max(v_hat)`` and ``loss > 0.5 loss_1``, beta = 0.9

    **Variant.** Relative to the trial's own maximum, because no gradient norm is small in absolute terms; with
    the loss, because the gradient also vanishes at convergence. The gradient g is the mean over (up to four of) the
    epoch's steps, and its norm is estimated from two halves of them: the norm of a single mini-batch gradient is
    largely noise, also on a plateau, and the noise cancels in the inner product of the halves.

    Args:
        before: the state so far.
        gradient_norm: norm of the epoch's mean gradient; inf, as after an overflow, is ignored.
        loss: mean training loss of the epoch.
        steps: number of steps in the epoch.

    >>> seen = Plateau()
    >>> for norm in [1.0] + [0.0] * 30:
    ...     seen = observe(seen, norm, loss=2.3, steps=5)
    >>> seen.steps
    120
    """
    if not math.isfinite(gradient_norm):
        return before
    epochs = before.epochs + 1
    average = step(before.average, gradient_norm, BETA)
    corrected = correct(average, BETA, epochs)
    highest = max(before.highest, corrected)
    first_loss = loss if before.epochs == 0 else before.first_loss
    is_plateau = corrected < FLAT * highest and loss > HIGH * first_loss
    return Plateau(average, highest, first_loss, epochs, before.steps + (steps if is_plateau else 0))
