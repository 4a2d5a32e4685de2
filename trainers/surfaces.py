"""Surfaces of two parameters on which an optimizer can be watched: valleys, saddles, plateaus, and their gradients."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trainers.optimizers import OPTIMIZERS
from trainers.pack import CONSTANT, TrialSpec
from trainers.schedules import Schedule

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Surface:
    """A smooth function of two parameters.

    Args:
        name: as in `SURFACES`.
        value: (x, y) -> f, element by element.
        gradient: (x, y) -> (df/dx, df/dy), element by element.
        minima: where f is smallest; empty when f has no bound below.
        start: where a descent begins, if it is not told.
        limits: (lowest x, highest x, lowest y, highest y) of a picture.
        left_below: f at which its saddle or plateau counts as left; None where it has none.
    """

    name: str
    value: Callable[[Floats, Floats], Floats]
    gradient: Callable[[Floats, Floats], tuple[Floats, Floats]]
    minima: tuple[tuple[float, float], ...]
    start: tuple[float, float]
    limits: tuple[float, float, float, float]
    left_below: float | None = None


def quadratic(condition_number: float) -> Surface:
    """A valley: ``f = (x^2 + kappa y^2) / 2``, its walls kappa times as curved as its floor.

    Args:
        condition_number: kappa, 1 or more.

    Raises:
        ValueError: when kappa is below 1.

    >>> [float(slope) for slope in quadratic(10.0).gradient(np.array(2.0), np.array(1.0))]
    [2.0, 10.0]
    """
    if not condition_number >= 1.0:
        raise ValueError(f"`condition_number` must be 1 or more. Received: {condition_number!r}. Give such as 25.")
    kappa = condition_number
    return Surface(
        "quadratic",
        lambda x, y: 0.5 * (x**2 + kappa * y**2),
        lambda x, y: (x * 1.0, kappa * y),
        minima=((0.0, 0.0),),
        start=(-9.0, 2.0),
        limits=(-10.0, 4.0, -3.0, 3.0),
    )


SADDLE = Surface(
    "saddle",
    lambda x, y: x**2 - y**2,
    lambda x, y: (2.0 * x, -2.0 * y),
    minima=(),
    start=(1.0, 1e-3),
    limits=(-1.5, 1.5, -1.5, 1.5),
    left_below=-1.0,
)
"""``f = x^2 - y^2``: up along x, down along y. It starts a hair off the ridge that leads into the saddle point (0, 0),
at height 1, and has left it as far below as it came from above."""

MONKEY_SADDLE = Surface(
    "monkey_saddle",
    lambda x, y: x**3 - 3.0 * x * y**2,
    lambda x, y: (3.0 * x**2 - 3.0 * y**2, -6.0 * x * y),
    minima=(),
    start=(1.0, 1e-3),
    limits=(-1.5, 1.5, -1.5, 1.5),
    left_below=-1.0,
)
"""``f = x^3 - 3 x y^2``: three ways down and three up; at (0, 0) even the curvature is zero."""

PLATEAU = Surface(
    "plateau",
    lambda x, y: 1.0 - np.exp(-0.5 * (x**2 + y**2)),
    lambda x, y: (x * np.exp(-0.5 * (x**2 + y**2)), y * np.exp(-0.5 * (x**2 + y**2))),
    minima=((0.0, 0.0),),
    start=(-3.0, 2.0),
    limits=(-4.0, 2.0, -2.0, 3.0),
    left_below=0.5,
)
"""``f = 1 - exp(-(x^2 + y^2) / 2)``: a well in a plain at height 1. The slope fades as r exp(-r^2 / 2) and is
0.005 at the start; the plateau is left once half of the height is gone."""

ROSENBROCK = Surface(
    "rosenbrock",
    lambda x, y: (1.0 - x) ** 2 + 100.0 * (y - x**2) ** 2,
    lambda x, y: (-2.0 * (1.0 - x) - 400.0 * x * (y - x**2), 200.0 * (y - x**2)),
    minima=((1.0, 1.0),),
    start=(-1.2, 1.0),
    limits=(-1.8, 1.6, -0.8, 2.0),
)
"""``f = (1 - x)^2 + 100 (y - x^2)^2``: a bent valley. Rosenbrock (1960), equation 1."""


def _beale(x: Floats, y: Floats) -> Floats:
    terms = [(c - x + x * y**k) ** 2 for k, c in _BEALE.items()]
    return terms[0] + terms[1] + terms[2]


def _beale_gradient(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    by_x = [2.0 * (c - x + x * y**k) * (y**k - 1.0) for k, c in _BEALE.items()]
    by_y = [2.0 * (c - x + x * y**k) * k * x * y ** (k - 1) for k, c in _BEALE.items()]
    return by_x[0] + by_x[1] + by_x[2], by_y[0] + by_y[1] + by_y[2]


_BEALE = {1: 1.5, 2: 2.25, 3: 2.625}

BEALE = Surface(
    "beale",
    _beale,
    _beale_gradient,
    minima=((3.0, 0.5),),
    start=(1.0, 1.5),
    limits=(-0.5, 4.5, -1.5, 2.0),
)
"""``f = (1.5 - x + x y)^2 + (2.25 - x + x y^2)^2 + (2.625 - x + x y^3)^2``: steep cliffs around a flat floor.

Beale (1958), On an iterative method for finding a local minimum of a function of more than one variable."""

SURFACES: Mapping[str, Surface] = MappingProxyType(
    {surface.name: surface for surface in (quadratic(25.0), SADDLE, MONKEY_SADDLE, PLATEAU, ROSENBROCK, BEALE)}
)
"""The surfaces, by name; the quadratic with condition number 25."""


def descend(
    surface: Surface,
    optimizer: str,
    hyperparameters: Mapping[str, float],
    steps: int,
    *,
    start: ArrayLike | None = None,
    schedule: Schedule = CONSTANT,
    noise: float = 0.0,
    rng: np.random.Generator | None = None,
) -> Floats:
    """Let an optimizer walk down a surface; here a step is also an epoch.

    Args:
        surface: where.
        optimizer: a name in `trainers.optimizers.OPTIMIZERS`.
        hyperparameters: of the optimizer; what is missing gets its default.
        steps: T, 0 or more.
        start: (2,), or (K, 2) for K walks at once; None is the surface's own.
        schedule: of the learning rate.
        noise: standard deviation of the normal noise on each component of each gradient, like that of a mini-batch.
        rng: where the noise comes from; needed when there is some.

    Returns:
        (T + 1, 2), or (T + 1, K, 2) float64: the start and each step. After an overflow the rest is inf or NaN.

    Raises:
        ValueError: for an unknown optimizer, a hyperparameter out of range, or noise without ``rng``.

    >>> descend(quadratic(1.0), "sgd", {"learning_rate": 0.5}, 2, start=(8.0, 4.0)).tolist()
    [[8.0, 4.0], [4.0, 2.0], [2.0, 1.0]]
    """
    numbers = TrialSpec(optimizer, hyperparameters).hyperparameters
    if noise and rng is None:
        raise ValueError(f"`rng` is needed for noisy gradients. Received: None with noise {noise!r}.")
    begin = np.asarray(surface.start if start is None else start, dtype=np.float64)
    w = np.array(np.atleast_2d(begin))
    rule = OPTIMIZERS[optimizer]
    columns = {name: np.full((len(w), 1), value) for name, value in numbers.items()}
    multipliers = np.array([schedule.multipliers(t, t, 1)[0] for t in range(steps)])
    rates = columns["learning_rate"] * multipliers[:, None, None]
    coefficients = rule.coefficients(columns, rates, np.arange(1.0, steps + 1.0)[:, None, None]) if steps else {}
    state, work = rule.init(w), np.empty_like(w)
    path = np.empty((steps + 1, *w.shape))
    path[0] = w
    with np.errstate(all="ignore"):
        for t in range(steps):
            g = np.stack(surface.gradient(w[:, 0], w[:, 1]), axis=1)
            if rng is not None and noise:
                g += noise * rng.standard_normal(g.shape)
            now = {name: value[t] if value.ndim == 3 else value for name, value in coefficients.items()}
            rule.update(w, g, state, now, work)
            path[t + 1] = w
    return path.reshape(steps + 1, *begin.shape)


def heights(surface: Surface, path: Floats) -> Floats:
    """The value of a surface along a path: (..., 2) -> (...)."""
    with np.errstate(all="ignore"):
        return np.asarray(surface.value(path[..., 0], path[..., 1]), dtype=np.float64)


def steps_until(values: ArrayLike, below: float) -> int | None:
    """The first step after which a value lies below a threshold; None if none does.

    Args:
        values: (T + 1,), the one before the first step first; NaN lies nowhere.
        below: the threshold.

    >>> steps_until([4.0, 2.0, 1.0, 3.0], 1.5), steps_until([4.0], 1.5)
    (2, None)
    """
    reached = np.flatnonzero(np.asarray(values) < below)
    return int(reached[0]) if reached.size else None


def steps_to_leave(surface: Surface, path: Floats) -> int | None:
    """The steps that a path (T + 1, 2) took to leave the saddle or plateau: until f is below ``left_below``.

    Returns:
        The number of steps; None if it never left.

    Raises:
        ValueError: when the surface has no saddle or plateau to leave.

    >>> steps_to_leave(SADDLE, np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.5]]))
    2
    """
    if surface.left_below is None:
        raise ValueError(f"The surface {surface.name} has no saddle or plateau. Take one such as saddle.")
    return steps_until(heights(surface, path), surface.left_below)
