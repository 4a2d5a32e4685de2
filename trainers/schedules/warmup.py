"""Warm-up: the learning rate rises in equal parts to where its schedule begins, which may be any."""

from __future__ import annotations

import numpy as np

from trainers.schedules.base import Count, Float, Rows

ROWS = Rows(
    torch="`SequentialLR` of `LinearLR(start_factor=1 / n, total_iters=n - 1)` and the schedule",
    keras=(
        "`CosineDecay(warmup_steps=n)` begins at its initial rate, where this has 1/n of the target, and reaches the "
        "target one step later"
    ),
    optax="`warmup_cosine_decay_schedule`, as Keras",
)
"""For the documentation."""


def ramp(warmup: int, finished: Count) -> Float:
    """``min(1, (t + 1) / warmup)``, ``t`` the counts finished: what multiplies the schedule's first value.

    **Variant.** The first count has 1 / warmup of the rate and the last of the warm-up all of it; the schedule then
    begins, at its own first count, and has the counts that are left. torch: SequentialLR of LinearLR
    (``start_factor`` = 1 / warmup, ``total_iters`` = warmup - 1) and the schedule; Keras' CosineDecay and optax'
    ``warmup_cosine_decay_schedule`` divide ``t`` by warmup, so that their first step is of their initial value, 0 if
    not told otherwise, and the first of the schedule is the first of the whole rate.

    Args:
        warmup: counts that it takes; 0 is none.
        finished: (steps,) counts finished.

    Returns:
        (steps,), 1 where the warm-up is over.

    >>> ramp(4, np.arange(6)).tolist()
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]

    Reference: Goyal et al. (2017), Accurate, large minibatch SGD: Training ImageNet in 1 hour, section 2.2.
    """
    return np.asarray(np.minimum((finished + 1) / max(warmup, 1), 1.0), dtype=np.float64)
