"""Runs an optimizer on a two-dimensional surface and counts its steps to a given value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trainers.optimizers import OPTIMIZERS
from trainers.pack import CONSTANT, TrialSpec
from trainers.schedules import RULES, Schedule, Watch
from trainers.segments import at_step
from trainers.surfaces import Surface, heights

Floats = NDArray[np.float64]


def descend(
    surface: Surface,
    optimizer: str,
    hyperparameters: Mapping[str, float],
    steps: int,
    *,
    start: ArrayLike | None = None,
    schedule: Schedule = CONSTANT,
    steps_per_epoch: int = 1,
    noise: float = 0.0,
    rng: np.random.Generator | None = None,
) -> Floats:
    """Minimise a surface with an optimizer.

    Args:
        surface: the surface.
        optimizer: a name in `trainers.optimizers.OPTIMIZERS`.
        hyperparameters: of the optimizer; missing ones have their default.
        steps: T, 0 or more.
        start: (2,), or (K, 2) for K descents at once; None for the surface's own.
        schedule: of the learning rate; one that depends on the validation loss uses the surface's value.
        steps_per_epoch: length of an epoch for the schedule, 1 or more.
        noise: standard deviation of the normal noise on each component of each gradient, as from a mini-batch.
        rng: source of the noise; required if there is any.

    Returns:
        (T + 1, 2), or (T + 1, K, 2) float64: the start and the point after each step; inf or NaN after an overflow.

    Raises:
        ValueError: for an unknown optimizer, a hyperparameter out of range, or noise without ``rng``.

    >>> from trainers.surfaces import quadratic
    >>> descend(quadratic(1.0), "sgd", {"learning_rate": 0.5}, 2, start=(8.0, 4.0)).tolist()
    [[8.0, 4.0], [4.0, 2.0], [2.0, 1.0]]
    """
    numbers = TrialSpec(optimizer, hyperparameters, schedule).hyperparameters
    if noise and rng is None:
        raise ValueError(f"`rng` is needed for noisy gradients. Received: None with noise {noise!r}.")
    begin = np.asarray(surface.start if start is None else start, dtype=np.float64)
    w = np.array(np.atleast_2d(begin))
    rule = OPTIMIZERS[optimizer]
    columns = {name: np.full((len(w), 1), value) for name, value in numbers.items()}
    state, work, watches = rule.init(w), np.empty_like(w), [Watch()] * len(w)
    path = [w.copy()]
    for span in _spans(schedule, steps, steps_per_epoch):
        rates = columns["learning_rate"] * _multipliers(schedule, span, steps, steps_per_epoch, watches)
        counts = np.arange(span.start + 1.0, span.stop + 1.0)[:, None, None]
        coefficients = rule.coefficients(columns, rates, counts)
        with np.errstate(all="ignore"):
            for step in range(len(span)):
                g = np.stack(surface.gradient(w[:, 0], w[:, 1]), axis=1)
                if rng is not None:
                    g += noise * rng.standard_normal(g.shape)
                rule.update(w, g, state, at_step(coefficients, step), work)
                path.append(w.copy())
        values = heights(surface, w)
        watches = [watch.after(float(value), schedule) for watch, value in zip(watches, values, strict=True)]
    return np.stack(path).reshape(steps + 1, *begin.shape)


def _spans(schedule: Schedule, steps: int, steps_per_epoch: int) -> list[range]:
    """Ranges of steps with rates known in advance: one per epoch if the schedule uses the values, else all."""
    length = steps_per_epoch if RULES[schedule.kind].is_fed else steps
    return [range(first, min(first + length, steps)) for first in range(0, steps, length)] if steps else []


def _multipliers(schedule: Schedule, span: range, steps: int, steps_per_epoch: int, watches: Sequence[Watch]) -> Floats:
    """The multipliers of the learning rate at the steps of a span: (len(span), K, 1)."""
    epochs = -(-steps // steps_per_epoch)
    known = {}
    for reductions in {watch.reductions for watch in watches}:
        parts = [
            schedule.multipliers(first // steps_per_epoch, first, steps_per_epoch, epochs, reductions)
            for first in range(span.start, span.stop, steps_per_epoch)
        ]
        known[reductions] = np.concatenate(parts)[: len(span)]
    return np.stack([known[watch.reductions] for watch in watches], axis=1)[:, :, None]


def steps_until(values: ArrayLike, below: float) -> int | None:
    """The first step after which a value is below a threshold; None if there is none.

    Args:
        values: (T + 1,), starting with the value before the first step; NaN is never below.
        below: the threshold.

    >>> steps_until([4.0, 2.0, 1.0, 3.0], 1.5), steps_until([4.0], 1.5)
    (2, None)
    """
    reached = np.flatnonzero(np.asarray(values) < below)
    return int(reached[0]) if reached.size else None


def steps_to_leave(surface: Surface, path: Floats) -> int | None:
    """The steps of a path (T + 1, 2) until it leaves the saddle or plateau, that is, f is below ``left_below``.

    Returns:
        The number of steps; None if it does not leave.

    Raises:
        ValueError: if the surface has no saddle or plateau.

    >>> from trainers.surfaces import SADDLE
    >>> steps_to_leave(SADDLE, np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.5]]))
    2
    """
    if surface.left_below is None:
        raise ValueError(f"The surface {surface.name} has no saddle or plateau. Take one such as saddle.")
    return steps_until(heights(surface, path), surface.left_below)
