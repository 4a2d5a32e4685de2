"""Two-dimensional test surfaces for optimizers, with gradients: valleys, saddles and plateaus."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Surface:
    """A smooth function of two parameters.

    Args:
        name: as in `SURFACES`.
        value: (x, y) -> f, elementwise.
        gradient: (x, y) -> (df/dx, df/dy), elementwise.
        minima: the global minima; empty if f is unbounded below.
        start: default starting point of a descent.
        limits: (lowest x, highest x, lowest y, highest y) of a plot.
        left_below: value of f below which its saddle or plateau counts as left; None if it has none.
    """

    name: str
    value: Callable[[Floats, Floats], Floats]
    gradient: Callable[[Floats, Floats], tuple[Floats, Floats]]
    minima: tuple[tuple[float, float], ...]
    start: tuple[float, float]
    limits: tuple[float, float, float, float]
    left_below: float | None = None


def quadratic(condition_number: float) -> Surface:
    """A valley: ``f = (x^2 + kappa y^2) / 2``, with curvature kappa across and 1 along.

    Args:
        condition_number: kappa, 1 or more.

    Raises:
        ValueError: if kappa is below 1.

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
        start=(-9.0, 1.0),
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
"""``f = x^2 - y^2``: up along x, down along y. The start is slightly off the ridge that leads to the saddle point
(0, 0), at height 1; the saddle is left at height -1."""

MONKEY_SADDLE = Surface(
    "monkey_saddle",
    lambda x, y: x**3 - 3.0 * x * y**2,
    lambda x, y: (3.0 * x**2 - 3.0 * y**2, -6.0 * x * y),
    minima=(),
    start=(1.0, 1e-3),
    limits=(-1.5, 1.5, -1.5, 1.5),
    left_below=-1.0,
)
"""``f = x^3 - 3 x y^2``: three descending and three ascending directions; at (0, 0) the curvature is zero too."""

PLATEAU = Surface(
    "plateau",
    lambda x, y: 1.0 - np.exp(-0.5 * (x**2 + y**2)),
    lambda x, y: (x * np.exp(-0.5 * (x**2 + y**2)), y * np.exp(-0.5 * (x**2 + y**2))),
    minima=((0.0, 0.0),),
    start=(-3.0, 2.0),
    limits=(-4.0, 2.0, -2.0, 3.0),
    left_below=0.5,
)
"""``f = 1 - exp(-(x^2 + y^2) / 2)``: a well in a plain at height 1. The slope decays as r exp(-r^2 / 2) and is
0.005 at the start; the plateau is left at half the height."""

ROSENBROCK = Surface(
    "rosenbrock",
    lambda x, y: (1.0 - x) ** 2 + 100.0 * (y - x**2) ** 2,
    lambda x, y: (-2.0 * (1.0 - x) - 400.0 * x * (y - x**2), 200.0 * (y - x**2)),
    minima=((1.0, 1.0),),
    start=(-1.2, 1.0),
    limits=(-1.8, 1.6, -0.8, 2.0),
)
"""``f = (1 - x)^2 + 100 (y - x^2)^2``: a curved valley. Rosenbrock (1960), equation 1."""


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
"""``f = (1.5 - x + x y)^2 + (2.25 - x + x y^2)^2 + (2.625 - x + x y^3)^2``: steep walls around a flat floor.

Beale (1958), On an iterative method for finding a local minimum of a function of more than one variable."""

SURFACES: Mapping[str, Surface] = MappingProxyType(
    {surface.name: surface for surface in (quadratic(25.0), SADDLE, MONKEY_SADDLE, PLATEAU, ROSENBROCK, BEALE)}
)
"""The surfaces by name; the quadratic has condition number 25."""


def heights(surface: Surface, path: Floats) -> Floats:
    """The value of a surface along a path: (..., 2) -> (...)."""
    with np.errstate(all="ignore"):
        return np.asarray(surface.value(path[..., 0], path[..., 1]), dtype=np.float64)
