"""Surfaces against central differences and their known minima."""

from __future__ import annotations

import numpy as np
import pytest

from trainers.surfaces import SURFACES, Surface, heights, quadratic

EACH = pytest.mark.parametrize("surface", SURFACES.values(), ids=list(SURFACES))


@EACH
def test_the_gradient_is_that_of_central_differences(surface: Surface) -> None:
    left, right, low, high = surface.limits
    rng = np.random.default_rng(0)
    x, y = rng.uniform(left, right, 200), rng.uniform(low, high, 200)
    h = 1e-5
    by_x, by_y = surface.gradient(x, y)
    scale = 1.0 + np.abs(surface.value(x, y))
    differences_x = (surface.value(x + h, y) - surface.value(x - h, y)) / (2 * h)
    differences_y = (surface.value(x, y + h) - surface.value(x, y - h)) / (2 * h)
    assert np.max(np.abs(by_x - differences_x) / scale) < 1e-7
    assert np.max(np.abs(by_y - differences_y) / scale) < 1e-7


@EACH
def test_its_minima_are_flat_and_the_lowest_points_of_the_picture(surface: Surface) -> None:
    left, right, low, high = surface.limits
    x, y = np.meshgrid(np.linspace(left, right, 101), np.linspace(low, high, 101))
    for minimum in surface.minima:
        at = np.array(minimum)
        assert np.allclose(surface.gradient(at[0], at[1]), 0.0)
        assert surface.value(at[0], at[1]) == pytest.approx(0.0)
        assert surface.value(x, y).min() >= 0.0
    if not surface.minima:
        assert surface.value(x, y).min() < surface.value(np.float64(0), np.float64(0))


@EACH
def test_its_start_lies_in_the_picture_above_where_its_plateau_is_left(surface: Surface) -> None:
    left, right, low, high = surface.limits
    x, y = surface.start
    assert left < x < right
    assert low < y < high
    if surface.left_below is not None:
        assert heights(surface, np.array(surface.start)) > surface.left_below


def test_the_quadratic_has_the_condition_number_that_it_says() -> None:
    surface = quadratic(40.0)
    curvatures = [surface.gradient(np.float64(1), np.float64(0))[0], surface.gradient(np.float64(0), np.float64(1))[1]]
    assert curvatures[1] / curvatures[0] == 40.0
    with pytest.raises(ValueError, match=r"1 or more\. Received: 0\.5"):
        quadratic(0.5)
