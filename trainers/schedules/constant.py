"""No decay: the learning rate stays constant."""

from __future__ import annotations

import numpy as np

from trainers.schedules.base import Float, Numbers, Progress, Rows, Rule


def constant(numbers: Numbers, progress: Progress) -> Float:
    """``alpha = alpha0``.

    **Variant.** The same everywhere.

    Reference: Robbins and Monro (1951), whose decaying steps this does without.
    """
    return np.ones(progress.finished.shape)


RULE = Rule(
    name="constant",
    formula=constant,
    takes=(),
    rows=Rows(
        multiplier="`1`",
    ),
)
