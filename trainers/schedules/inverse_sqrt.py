"""Inverse square-root decay: the learning rate is proportional to one over the root of the epoch or step number."""

from __future__ import annotations

import numpy as np

from trainers.schedules.base import Float, Numbers, Progress, Rows, Rule, rate_of, rate_range

RATE = rate_range("k")


def inverse_sqrt(numbers: Numbers, progress: Progress) -> Float:
    """``alpha = k / sqrt(t) alpha0``: ``rate`` is k; by epoch or by step.

    **Variant.** ``t`` is at least 1: while ``floor(count / interval)`` is 0 the rate is ``k alpha0``.

    Reference: deeplearning.ai, Improving Deep Neural Networks (2017), week 2, "Learning rate decay".
    """
    t = np.maximum(numbers.count(progress.finished), 1)
    return np.asarray(rate_of(numbers, RATE) / np.sqrt(t), dtype=np.float64)


RULE = Rule(
    name="inverse_sqrt",
    help="`rate / sqrt(t) alpha0`",
    rate=RATE,
    formula=inverse_sqrt,
    rows=Rows(
        multiplier="`rate / sqrt(max(t, 1))`",
        torch="`LambdaLR`",
        keras="none",
        optax="none",
        lecture="the same: `k / sqrt(epoch) alpha0` or `k / sqrt(t) alpha0`",
    ),
)
