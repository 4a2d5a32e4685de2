"""Staircase decay: a factor every few epochs, or a list of epochs with the multiplier that applies after each."""

from __future__ import annotations

import numpy as np

from trainers.schedules.base import Float, Numbers, Progress, Rows, Rule, rate_of, rate_range

RATE = rate_range("factor", maximum=1.0)


def staircase(numbers: Numbers, progress: Progress) -> Float:
    """``alpha = values[i] alpha0``, ``i`` boundaries passed; or ``rate^floor(finished / interval) alpha0``.

    Boundaries and values are the lecture's manual decay: boundaries (5, 8) with values (1, 0.3, 0.1) train five
    epochs with alpha0, three with 0.3 alpha0, and the rest with 0.1 alpha0. Values may rise as well as fall.

    **Variant.** The multiplier changes after the b-th epoch (or step) for a boundary b, as in torch's MultiStepLR and
    optax; Keras' PiecewiseConstantDecay changes one later. The values multiply alpha0; with alpha0 = 1 they are the
    rates.

    Reference: deeplearning.ai, Improving Deep Neural Networks (2017), week 2, "Learning rate decay", discrete
    staircase and manual decay.
    """
    if numbers.boundaries:
        passed = np.searchsorted(np.asarray(numbers.boundaries), progress.finished, side="right")
        return np.asarray(numbers.values, dtype=np.float64)[passed]
    return np.asarray(rate_of(numbers, RATE) ** (progress.finished // numbers.interval).astype(np.float64))


RULE = Rule(
    name="staircase",
    help="(`rate` every `interval`, or by hand `boundaries` and `values`)",
    rate=RATE,
    formula=staircase,
    takes=("rate", "by", "interval"),
    by_hand=("by", "boundaries", "values"),
    neutral_rate=1.0,
    rows=Rows(
        multiplier="`rate^floor(finished / interval)`; by hand `values[i]` after `i` of the `boundaries`",
        torch="`StepLR`; `MultiStepLR`, whose one factor is a case of `values`",
        keras="`PiecewiseConstantDecay` changes one step later and has rates for multipliers",
        optax="`piecewise_constant_schedule`, whose scales multiply",
        lecture="the discrete staircase, and manual control",
    ),
)
