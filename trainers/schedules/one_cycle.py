"""One cycle: the learning rate rises to its maximum and then falls far below its initial value."""

from __future__ import annotations

import numpy as np

from trainers.schedules.base import Float, Numbers, Progress, Rows, Rule, rate_of, rate_range, total_of

RATE = rate_range("share of the training that rises", maximum=1.0, open_minimum=False, default=0.3)
INITIAL = 1.0 / 25.0
"""Initial multiplier of alpha0."""
FINAL = INITIAL / 1e4
"""Final multiplier of alpha0."""


def one_cycle(numbers: Numbers, progress: Progress) -> Float:
    """Half a cosine from ``alpha0 / 25`` up to ``alpha0``, then another down to ``alpha0 / 250000``, over T counts.

    ``alpha = (a + (b - a) (1 - cos(pi p)) / 2) alpha0``: rising, (a, b) = (1/25, 1) and p = t / (rate T - 1); then
    (a, b) = (1, 1/250000) and p = (t - rate T + 1) / (T - rate T); ``t`` counts from 0

    **Variant.** torch's OneCycleLR with its defaults (two phases, cosines, ``div_factor`` 25, ``final_div_factor``
    1e4), where alpha0 is ``max_lr`` and ``rate`` is ``pct_start``; momentum does not cycle. Smith's form is piecewise
    linear, symmetric up and down, with a last phase for the final fall. Counts steps by default. If rate T is 1, where
    torch divides by zero, it starts at alpha0; below 1 it starts on the falling part.

    Reference: Smith and Topin (2018), Super-convergence: Very fast training of neural networks using large learning
    rates.
    """
    rate, total = rate_of(numbers, RATE), total_of(numbers, progress)
    top, last = rate * total - 1.0, total - 1.0
    t = progress.finished.astype(np.float64)
    rising = t / top if top > 0.0 else np.ones(t.shape)
    falling = (t - top) / (last - top) if last > top else np.ones(t.shape)
    up, down = _half_cosine(INITIAL, 1.0, rising), _half_cosine(1.0, FINAL, falling)
    return np.where(t <= top, up, down)


def _half_cosine(begin: float, end: float, share: Float) -> Float:
    return np.asarray(begin + (end - begin) * (0.5 * (1.0 - np.cos(np.pi * share))))


RULE = Rule(
    name="one_cycle",
    help="(up to alpha0 for the share `rate` of the training, then down)",
    rate=RATE,
    rate_help="share that rises",
    formula=one_cycle,
    takes=("rate", "by"),
    by="step",
    needs_total=True,
    rows=Rows(
        multiplier="half a cosine from 1/25 up to 1 until `rate T - 1` are finished, and another down to 1/250000",
        torch=(
            "`OneCycleLR(max_lr=alpha0, pct_start=rate, cycle_momentum=False)`; by default it cycles the momentum too"
        ),
        keras="none",
        optax=(
            "`cosine_onecycle_schedule` has its peak at step `floor(rate T)` and its end at T, where torch and this "
            "have them at `rate T - 1` and `T - 1`"
        ),
    ),
)
