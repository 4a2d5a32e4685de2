"""A surface is one colour between each two levels, and nothing where it is not known."""

from __future__ import annotations

import xml.dom.minidom

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sweep.reports.graph_records import Contour, Curve, Curves
from sweep.reports.svg import draw
from sweep.reports.svg.contour import draw_surface
from sweep.reports.svg.marks import Paint
from sweep.reports.svg.scales import Axis

PAINT = Paint(is_themed=False)
X, Y = Axis("linear", 0.0, 2.0, 0.0, 200.0), Axis("linear", 0.0, 1.0, 100.0, 0.0)


def rectangles(heights, levels=(0.0, 1.0, 2.0), *, is_low_good=True):
    contour = Contour(np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0]), np.array(heights), levels, "loss", is_low_good)
    marks = "".join(draw_surface(contour, X, Y, PAINT))
    found = xml.dom.minidom.parseString(f"<g>{marks}</g>").getElementsByTagName("rect")
    return [
        (*(float(one.getAttribute(key)) for key in ("x", "y", "width", "height")), one.getAttribute("style"))
        for one in found
    ]


def test_neighbours_between_the_same_levels_are_one_rectangle():
    lower, upper = rectangles([[0.2, 0.8, 1.5], [np.nan, np.nan, 0.5]])[:2], rectangles([[0.2, 0.8, 1.5]] * 2)[2:]
    # The lower row reaches from the bottom to halfway up, its first two points from 0 to halfway to the third.
    assert lower[0][:4] == (0.0, 50.0, 150.4, 50.4)
    assert lower[1][:4] == (150.0, 50.0, 50.4, 50.4)
    assert upper[0][:4] == (0.0, 0.0, 150.4, 50.4)


def test_what_is_not_known_is_not_drawn():
    assert len(rectangles([[np.nan] * 3, [np.nan, 0.5, np.nan]])) == 1


def test_low_is_bright_if_it_is_good():
    low, high = (rectangles([[0.5] * 3] * 2, is_low_good=is_good)[0][4] for is_good in (True, False))
    bright, dark = (f"fill:{PAINT.heat(share)[0]}" for share in (0.75, 0.25))
    assert (low, high) == (bright, dark)


def test_heights_beyond_the_levels_have_the_colours_of_the_ends():
    assert rectangles([[-9.0] * 3] * 2)[0][4] == rectangles([[0.5] * 3] * 2)[0][4]
    assert rectangles([[9.0] * 3] * 2)[0][4] == rectangles([[1.5] * 3] * 2)[0][4]


@settings(max_examples=30, deadline=None)
@given(st.floats(1e-4, 1e3), st.floats(1.1, 1e4), st.sampled_from(["linear", "log"]))
def test_no_words_lie_on_others(check, low, factor, scale):
    x = np.geomspace(low, low * factor, 5)
    contour = Contour(x, x, np.add.outer(x, x), np.linspace(2 * low, 2 * low * factor, 6), "validation loss")
    points = Curve("setting", 0, x, x, has_dots=True, is_joined=False, is_open=True, tone="grey")
    check(draw(Curves("Adam: 5 settings", "learning_rate", "beta1", (points,), scale, scale, contour=contour)))
