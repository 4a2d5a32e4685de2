"""Exponential decay: each epoch multiplies the learning rate by a constant factor."""

from __future__ import annotations

import numpy as np

from trainers.schedules.base import Float, Numbers, Progress, Rows, Rule, rate_of, rate_range

RATE = rate_range("base", maximum=1.0)


def exponential(numbers: Numbers, progress: Progress) -> Float:
    """``alpha = rate^t alpha0``: ``rate`` is the base, such as 0.95.

    **Variant.** The exponent is an integer (``staircase=True`` in Keras and optax), as ``t`` is
    ``floor(count / interval)``; with ``start=0`` it is torch's ExponentialLR.

    Reference: deeplearning.ai, Improving Deep Neural Networks (2017), week 2, "Learning rate decay".
    """
    return np.asarray(rate_of(numbers, RATE) ** numbers.count(progress.finished).astype(np.float64))


RULE = Rule(
    name="exponential",
    help="`rate^t alpha0`",
    rate=RATE,
    formula=exponential,
    neutral_rate=1.0,
    rows=Rows(
        multiplier="`rate^t`",
        torch="`ExponentialLR` at `start: 0`",
        keras="`ExponentialDecay(staircase=True)` at `start: 0`",
        optax="`exponential_decay(staircase=True)` at `start: 0`",
        lecture="the same: `0.95^epoch alpha0`",
    ),
)
