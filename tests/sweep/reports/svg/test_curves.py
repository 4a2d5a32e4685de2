"""Lines go through their points and break where there is none, and no words lie on others."""

from __future__ import annotations

import math
import xml.dom.minidom

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sweep.reports.graph_records import Curve, Curves
from sweep.reports.svg import draw

NAMES = st.text("abcdefghmwW LR=0.19_-", min_size=1, max_size=60).map(lambda words: words.strip() or "x")


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(1, 14), st.sampled_from(["linear", "log"]), st.booleans())
def test_curves(check, data, count, scale, has_target):
    points = st.lists(st.floats(1e-4, 1e4), min_size=4, max_size=4)
    curves = tuple(
        Curve(data.draw(NAMES), n, (1, 2, 5, 9), data.draw(points), crosses=(2,), has_dots=n % 2 == 0)
        for n in range(count)
    )
    target = 0.5 if has_target else None
    check(draw(Curves(data.draw(NAMES), data.draw(NAMES), data.draw(NAMES), curves, y_scale=scale, target=target)))


def elements(svg: str, name: str) -> list[xml.dom.minidom.Element]:
    return list(xml.dom.minidom.parseString(svg).getElementsByTagName(name))


def places(element: xml.dom.minidom.Element) -> list[list[float]]:
    return [list(map(float, point.split(","))) for point in element.getAttribute("points").split()]


def test_a_line_goes_through_its_points_and_breaks_where_there_is_none():
    curve = Curve("a", 0, (1, 2, 3, 4, 5), (0.0, 1.0, math.nan, 0.5, 0.5))
    svg = draw(Curves("", "", "", (curve,)))
    first, second = [line for line in elements(svg, "polyline") if "stroke:var(--c0)" in line.getAttribute("style")][:2]
    (x1, y1), (x2, y2) = places(first)
    (x4, y4), (x5, y5) = places(second)
    assert y4 == y5 == pytest.approx((y1 + y2) / 2, abs=0.1)
    assert x4 - x1 == pytest.approx(3 * (x2 - x1), abs=0.2)
    assert x5 > x4


def test_on_a_logarithmic_axis_equal_factors_are_equal_distances_and_zero_has_no_place():
    curve = Curve("a", 0, (1, 10, 100), (0.0, 1.0, 2.0))
    svg = draw(Curves("", "", "", (curve,), x_scale="log", y_scale="log"))
    line = next(line for line in elements(svg, "polyline") if "stroke:var(--c0)" in line.getAttribute("style"))
    assert len(places(line)) == 2


def test_a_grey_line_is_thin_behind_the_others_and_named_and_no_line_of_many():
    diagonal = Curve("by chance", 0, (0, 1), (0, 1), tone="grey")
    curves = tuple(Curve(f"level {n}", n, (0, 1), (n, n)) for n in range(7))
    for shown in (curves[:2], curves):
        svg = draw(Curves("t", "x", "y", (*shown, diagonal)))
        styles = [line.getAttribute("style") for line in elements(svg, "polyline")]
        grey = [place for place, style in enumerate(styles) if "stroke:var(--grey);stroke-width:1;" in style]
        assert grey[0] < min(place for place, style in enumerate(styles) if "stroke:var(--c" in style)
        words = [text.firstChild.data for text in elements(svg, "text")]
        assert words.count("by chance") == 1
        assert sum(word.startswith("level") for word in words) == len(shown)


def test_points_that_are_not_joined_are_spots_at_their_places():
    points = Curve("pale", 1, (0.0, 0.5, 1.0), (0.0, math.nan, 2.0), is_joined=False, tone="pale")
    svg = draw(Curves("t", "x", "y", (points, Curve("mean", 1, (0.0, 1.0), (0.0, 2.0)))))
    (path,) = elements(svg, "path")
    spots = [list(map(float, one.removesuffix("h0").split())) for one in path.getAttribute("d").split("M")[1:]]
    line = next(line for line in elements(svg, "polyline") if "stroke:var(--c1)" in line.getAttribute("style"))
    assert spots == places(line)
    assert [text.firstChild.data for text in elements(svg, "text")].count("pale") == 0


def test_limits_of_the_horizontal_axis_are_where_it_ends():
    curve = Curve("a", 0, (0.25, 0.75), (0.0, 1.0))
    ends = []
    for limits in ((0.0, 1.0), (0.25, 0.75)):
        svg = draw(Curves("", "", "", (curve,), x_limits=limits))
        line = next(line for line in elements(svg, "polyline") if "stroke:var(--c0)" in line.getAttribute("style"))
        ends.append(places(line)[1][0] - places(line)[0][0])
    assert ends[1] == pytest.approx(2 * ends[0], abs=0.3)


def test_points_with_markers_are_not_joined_and_open_ones_are_outlines():
    full = Curve("ended", 0, (0.0, 1.0), (0.0, 1.0), has_dots=True, is_joined=False)
    hollow = Curve("pruned", 0, (0.0, 1.0), (1.0, math.nan), has_dots=True, is_joined=False, is_open=True, tone="grey")
    svg = draw(Curves("t", "x", "y", (full, hollow)))
    styles = [circle.getAttribute("style") for circle in elements(svg, "circle")]
    # Two points and one, and one of each in the legend.
    assert len(styles) == 5
    assert sum("fill:var(--paper,#fff);stroke:var(--grey)" in style for style in styles) == 2
    assert not [line for line in elements(svg, "polyline") if "stroke:var(--c0)" in line.getAttribute("style")]
