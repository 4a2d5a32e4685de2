"""No words of a drawing lie on other words or leave it, whatever the levels are called and however many there are."""

from __future__ import annotations

import re
import xml.dom.minidom
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sweep.report.graphs import Curve, Curves, Dimension, Forest, Heat, Interval, Parallel, Shares
from sweep.report.svg import draw
from sweep.report.svg.letters import FONT, width_of
from sweep.report.svg.parallel import draw_parallel

NAMES = st.text("abcdefghmwW LR=0.19_-", min_size=1, max_size=60).map(lambda words: words.strip() or "x")
VALUES = st.floats(-1e6, 1e6, allow_nan=False)


def boxes(svg: str) -> tuple[list[tuple[str, float, float, float, float]], float, float]:
    """Words with their left, right, top and bottom; and the width and height of the drawing."""
    root = xml.dom.minidom.parseString(svg).documentElement
    width, height = map(float, root.getAttribute("viewBox").split()[2:])
    found = []
    for one in root.getElementsByTagName("text"):
        words = one.firstChild.data if one.firstChild else ""
        if not words.strip():
            continue
        x, y = float(one.getAttribute("x")), float(one.getAttribute("y"))
        long = width_of(words, is_bold=bool(one.getAttribute("font-weight")))
        before = {"": 0.0, "middle": long / 2, "end": long}[one.getAttribute("text-anchor")]
        if one.getAttribute("transform"):
            found.append((words, x - 0.8 * FONT, x + 0.2 * FONT, y - before, y - before + long))
        else:
            found.append((words, x - before, x - before + long, y - 0.8 * FONT, y + 0.2 * FONT))
    return found, width, height


def straight_lines(svg: str) -> list[tuple[float, float, float, float]]:
    """Left, right, top and bottom of each upright or level line of two points, as those of the grid are."""
    found = []
    for one in xml.dom.minidom.parseString(svg).getElementsByTagName("polyline"):
        points = [tuple(map(float, point.split(","))) for point in one.getAttribute("points").split()]
        if len(points) == 2 and any(points[0][axis] == points[1][axis] for axis in (0, 1)):
            xs, ys = zip(*points, strict=True)
            found.append((min(xs), max(xs), min(ys), max(ys)))
    return found


def check_rims(svg: str) -> None:
    """Words that a straight line runs behind have a rim in the colour of the paper."""
    lines = straight_lines(svg)
    bare = [one for one in re.findall("<text[^>]*>[^<]*", svg) if "paint-order:stroke" not in one]
    found, *_ = boxes(f'<svg viewBox="0 0 1 1">{"".join(f"{one}</text>" for one in bare)}</svg>')
    for words, left, right, top, bottom in found:
        for x1, x2, y1, y2 in lines:
            is_behind = x1 < right - 1 and x2 > left + 1 and y1 < bottom - 1 and y2 > top + 1
            assert not is_behind, f"a line through {words}"


def check(svg: str) -> None:
    check_rims(svg)
    found, width, height = boxes(svg)
    assert not re.search("<text[^>]*font-size", svg), "letters of another size, which may be too small for a phone"
    for words, left, right, top, bottom in found:
        assert left >= -1, words
        assert right <= width + 1, words
        assert top >= -1, words
        assert bottom <= height + 1, words
    for (one, *first), (other, *second) in combinations(found, 2):
        apart = first[1] <= second[0] + 1 or second[1] <= first[0] + 1 or first[3] <= second[2] + 1
        assert apart or second[3] <= first[2] + 1, f"{one} on {other}"


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(1, 14), st.sampled_from(["linear", "log"]), st.booleans())
def test_curves(data, count, scale, has_target):
    points = st.lists(st.floats(1e-4, 1e4), min_size=4, max_size=4)
    curves = tuple(
        Curve(data.draw(NAMES), n, (1, 2, 5, 9), data.draw(points), crosses=(2,), has_dots=n % 2 == 0)
        for n in range(count)
    )
    target = 0.5 if has_target else None
    check(draw(Curves(data.draw(NAMES), data.draw(NAMES), data.draw(NAMES), curves, y_scale=scale, target=target)))


@settings(max_examples=60, deadline=None)
@given(NAMES, NAMES, st.lists(st.tuples(NAMES, VALUES, st.floats(0, 100), NAMES), min_size=1, max_size=12))
def test_intervals(title, label, rows):
    shown = tuple(Interval(name, value, value - half, value + half, note, True) for name, value, half, note in rows)
    check(draw(Forest(title, label, shown)))


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(1, 9), st.integers(2, 9), st.tuples(VALUES, VALUES).map(sorted))
def test_heat_maps(data, columns, rows, limits):
    values = np.linspace(*limits, rows * columns).reshape(rows, columns)
    notes = tuple(tuple(f"{value:.4g} x1" for value in row) for row in values)
    names = [tuple(data.draw(NAMES) for _ in range(size)) for size in (columns, rows)]
    check(draw(Heat(data.draw(NAMES), "columns", "rows", *names, values, notes, True, tuple(limits), data.draw(NAMES))))


@settings(max_examples=60, deadline=None)
@given(NAMES, st.lists(st.tuples(NAMES, st.floats(0, 100)), min_size=1, max_size=9))
def test_bars(title, rows):
    names, lengths = zip(*rows, strict=True)
    check(draw(Shares(title, "share (%)", names, lengths, tuple(f"{length:.0f} %" for length in lengths))))


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(2, 6), st.integers(1, 30))
def test_parallel_coordinates(data, count, kinds):
    first = Dimension("optimizer", tuple(((n + 0.5) / kinds, data.draw(NAMES)) for n in range(kinds)), is_number=False)
    others = tuple(
        Dimension(data.draw(NAMES), tuple((data.draw(st.floats(0, 1)), f"{n / 7:.6g}") for n in range(6)))
        for _ in range(count)
    )
    places = (*[0.5] * count, None)
    check(draw_parallel(Parallel((first, *others), ("arm",), (0,), (places,))))


def test_panels_of_a_heat_map_share_a_scale_that_has_numbers_and_a_name():
    panels = [
        Heat(name, "x", "y", ("a", "b"), ("c",), np.array([values]), (("", ""),), False, (1.0, 9.0), "accuracy (%)")
        for name, values in (("one", [1.0, 5.0]), ("two", [5.0, 9.0]))
    ]
    first, second = (re.findall('<rect[^>]*style="fill:([^"]*)"', draw(panel))[:2] for panel in panels)
    assert first[1] == second[0], "5 has the same colour in both"
    words = [box[0] for box in boxes(draw(panels[0]))[0]]
    assert "accuracy (%)" in words
    assert sum(word.replace(".", "").isdigit() for word in words) >= 3


def test_long_names_of_cells_that_differ_in_their_middle_stay_different():
    labels = [f"reduce_on_plateau, rate 0.5, after{n}epochs, threshold 0.0001" for n in range(8)]
    svg = draw(Curves("title", "x", "y", tuple(Curve(label, n, (1, 2), (n, n)) for n, label in enumerate(labels))))
    check(svg)
    words = [box[0] for box in boxes(svg)[0]]
    assert all(any(f"after{n}epochs" in word for word in words) for n in range(8))


@pytest.mark.parametrize("kinds", [1, 2, 3])
def test_parallel_coordinates_of_few_axes_are_not_blown_up(kinds):
    shown = tuple(Dimension(f"axis {n}", ((0.0, "0"), (1.0, "1"))) for n in range(kinds + 1))
    svg = draw_parallel(Parallel(shown, ("arm",), (0,), ((0.5,) * (kinds + 1),)))
    width = float(re.search(r'viewBox="0 0 ([\d.]+)', svg)[1])
    assert float(re.search(r"max-width:([\d.]+)px", svg)[1]) <= 1.25 * width + 1


@pytest.mark.parametrize("count", [7, 11, 30])
def test_many_levels_have_a_cell_each_with_their_name_and_one_coloured_line(count):
    curves = tuple(Curve(f"level {n}", n, (1, 2), (n, n + 1)) for n in range(count))
    svg = draw(Curves("title", "x", "y", curves))
    assert [word for word, *_ in boxes(svg)[0] if word.startswith("level")] == [f"level {n}" for n in range(count)]
    assert len(re.findall(r"stroke:var\(--c\d+\)", svg)) == count
