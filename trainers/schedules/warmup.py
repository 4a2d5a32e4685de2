"""Warm-up: the learning rate rises linearly to the initial value of any schedule."""

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
"""Cells of the documentation tables."""


def ramp(warmup: int, finished: Count) -> Float:
    """``min(1, (t + 1) / warmup)``, ``t`` the counts finished: the factor on the schedule's initial value.

    **Variant.** The first count has 1 / warmup of the rate and the last one of the warm-up the full rate; the schedule
    then starts at its own first count, over the remaining counts. torch: SequentialLR of LinearLR (``start_factor`` =
    1 / warmup, ``total_iters`` = warmup - 1) and the schedule; Keras' CosineDecay and optax'
    ``warmup_cosine_decay_schedule`` divide ``t`` by warmup, so that their first step has their initial value, by
    default 0, and the first count of the schedule is the first with the full rate.

    Args:
        warmup: number of counts; 0 for none.
        finished: (steps,) counts finished.

    Returns:
        (steps,) float64, 1 after the warm-up.

    >>> ramp(4, np.arange(6)).tolist()
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]

    Reference: Goyal et al. (2017), Accurate, large minibatch SGD: Training ImageNet in 1 hour, section 2.2.
    """
    return np.asarray(np.minimum((finished + 1) / max(warmup, 1), 1.0), dtype=np.float64)
