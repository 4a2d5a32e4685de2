"""Tells how long a training sat on a plateau: its gradients all but gone while its loss was still high."""

from __future__ import annotations

import math
from dataclasses import dataclass

from trainers.averages import correct, step

BETA = 0.9
"""The gradient norm is averaged over about ten epochs."""

FLAT = 0.1
"""Flat is where the average is below this share of its highest value so far."""

HIGH = 0.5
"""High is a training loss above this share of the first epoch's; below it a small gradient is a minimum's."""


@dataclass(frozen=True)
class Plateau:
    """What is remembered of one trial: three numbers and two counts, however long it trains.

    Args:
        average: exponentially weighted average of the gradient norm, not corrected.
        highest: the highest corrected average so far.
        first_loss: training loss of the first epoch.
        epochs: seen so far.
        steps: those of them spent on a plateau.
    """

    average: float = 0.0
    highest: float = 0.0
    first_loss: float = math.nan
    epochs: int = 0
    steps: int = 0


def observe(before: Plateau, gradient_norm: float, loss: float, steps: int) -> Plateau:
    """Take one epoch into account; all of its steps count, or none.

    ``v = beta v + (1 - beta) |g|``, ``v_hat = v / (1 - beta^t)``, ``t`` the epoch from 1; on a plateau while
    ``v_hat < 0.1 max(v_hat)`` and ``loss > 0.5 loss_1``, beta = 0.9

    **Variant.** Relative to the trial's own steepest stretch, as no length of a gradient is small in itself; with the
    loss, as the gradient also vanishes where a training has converged. The gradient g is the mean over (up to
    four of) the epoch's steps, its length measured from two halves of them: the norm of a single mini-batch's
    gradient is largely noise, on a plateau too, and in the product of two halves the noise cancels.

    Args:
        before: what is remembered.
        gradient_norm: length of the mean of the epoch's gradients; inf, as after an overflow, is passed over.
        loss: the epoch's training loss.
        steps: in the epoch.

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
