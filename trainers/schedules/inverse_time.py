"""Inverse-time decay: the learning rate falls as one over a linear function of the epoch number."""

from __future__ import annotations

import numpy as np

from trainers.schedules.base import Float, Numbers, Progress, Rows, Rule, rate_of, rate_range

RATE = rate_range("decay rate", open_minimum=False)


def inverse_time(numbers: Numbers, progress: Progress) -> Float:
    """``alpha = alpha0 / (1 + rate t)``.

    **Variant.** The lecture's first formula; Keras' InverseTimeDecay with ``decay_steps`` = ``interval``,
    ``staircase=True`` and ``start=0``.

    Reference: deeplearning.ai, Improving Deep Neural Networks (2017), week 2, "Learning rate decay".
    """
    return np.asarray(1.0 / (1.0 + rate_of(numbers, RATE) * numbers.count(progress.finished)), dtype=np.float64)


RULE = Rule(
    name="inverse_time",
    help="`alpha0 / (1 + rate t)`",
    rate=RATE,
    formula=inverse_time,
    neutral_rate=0.0,
    rows=Rows(
        multiplier="`1 / (1 + rate t)`",
        torch="`LambdaLR`",
        keras="`InverseTimeDecay(staircase=True)` at `start: 0`; else it falls within an interval, too",
        optax="none",
        lecture="the same: alpha0 0.2 and rate 1 give 0.1, 0.067, 0.05",
    ),
)
