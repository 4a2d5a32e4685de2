"""Cosine decay: half a cosine from the initial learning rate down to a fraction of it at the end of training."""

from __future__ import annotations

import numpy as np

from trainers.schedules.base import Float, Numbers, Progress, Rows, Rule, rate_of, rate_range, total_of

RATE = rate_range("final multiplier", maximum=1.0, open_minimum=False, default=0.0)


def cosine(numbers: Numbers, progress: Progress) -> Float:
    """``alpha = (rate + (1 - rate) (1 + cos(pi t / T)) / 2) alpha0``: ``rate`` is the final multiplier, T the total.

    **Variant.** ``t`` counts from 0, as in torch's CosineAnnealingLR (``T_max`` = T, ``eta_min`` = rate alpha0), Keras'
    CosineDecay and optax (``alpha`` = rate): the first epoch has alpha0, and the final multiplier would apply to the
    epoch after the last. One half period, without the paper's restarts.

    Reference: Loshchilov and Hutter (2017), SGDR: Stochastic gradient descent with warm restarts, equation 5.
    """
    rate, total = rate_of(numbers, RATE), total_of(numbers, progress)
    return np.asarray(rate + (1.0 - rate) * (0.5 * (1.0 + np.cos(np.pi * progress.finished / total))))


RULE = Rule(
    name="cosine",
    help="(down to `rate` alpha0)",
    rate=RATE,
    formula=cosine,
    takes=("rate", "by"),
    neutral_rate=1.0,
    needs_total=True,
    rows=Rows(
        multiplier="`rate + (1 - rate) (1 + cos(pi finished / T)) / 2`",
        torch="`CosineAnnealingLR(T_max=T, eta_min=rate * alpha0)`",
        keras="`CosineDecay(alpha=rate)`",
        optax="`cosine_decay_schedule(alpha=rate)`",
    ),
)
