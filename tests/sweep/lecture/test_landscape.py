"""Surfaces and the paths on them, as records of a panel and as a table."""

from __future__ import annotations

import numpy as np
import pytest

from sweep.lecture.landscape import MOST_POINTS, contour, path_plot, path_table
from trainers.surfaces import SADDLE, quadratic

VALLEY = quadratic(4.0)


def test_the_grid_spans_the_picture_and_its_heights_are_those_of_the_formula():
    found = contour(VALLEY)
    assert (found.x[0], found.x[-1], found.y[0], found.y[-1]) == (-10.0, 4.0, -3.0, 3.0)
    assert found.heights.shape == (len(found.y), len(found.x))
    # f = (x^2 + 4 y^2) / 2: at the corner (-10, -3) it is (100 + 36) / 2.
    assert found.heights[0, 0] == pytest.approx(68.0)
    assert found.heights[0, -1] == pytest.approx((16 + 36) / 2)


def test_levels_of_a_valley_are_cubes_from_its_bottom_to_its_highest_corner():
    levels = np.asarray(contour(VALLEY, levels=4).levels)
    # The grid holds the bottom to within a cell; the top is 68, and (1/4)^3, (2/4)^3, (3/4)^3 and 1 of it lie below.
    assert levels == pytest.approx(68.0 * np.array([1, 8, 27, 64]) / 64, abs=0.01)


def test_levels_of_a_saddle_lie_about_its_height_of_zero():
    # x^2 - y^2 on a square changes its sign when x and y change places.
    levels = np.asarray(contour(SADDLE).levels)
    np.testing.assert_allclose(levels, -levels[::-1], atol=0.03)
    assert np.all(np.diff(levels) > 0)
    assert levels[0] < 0 < levels[-1]


@pytest.mark.parametrize(("length", "has_dots"), [(MOST_POINTS, True), (MOST_POINTS + 1, False)])
def test_only_a_short_path_has_a_point_at_each_step(length, has_dots):
    (line,) = path_plot("t", VALLEY, {"sgd": np.zeros((length, 2))}).curves
    assert line.has_dots is has_dots


def test_the_start_and_each_minimum_are_marked():
    marks = [(mark.kind, mark.x, mark.y) for mark in path_plot("t", VALLEY, {}).marks]
    assert marks == [("start", -9.0, 1.0), ("minimum", 0.0, 0.0)]
    assert [mark.kind for mark in path_plot("t", SADDLE, {}).marks] == ["start"]


def test_the_table_has_a_row_for_each_step_of_each_path_with_its_height():
    paths = {"sgd": np.array([[2.0, 1.0], [0.0, 0.0]]), "adam": np.array([[4.0, 0.0]])}
    table = path_table(VALLEY, paths, label="who")
    # f = (x^2 + 4 y^2) / 2.
    assert list(table.itertuples(index=False, name=None)) == [
        ("sgd", 0, 2.0, 1.0, 4.0),
        ("sgd", 1, 0.0, 0.0, 0.0),
        ("adam", 0, 4.0, 0.0, 8.0),
    ]
    assert list(table.columns) == ["who", "step", "x", "y", "f"]
