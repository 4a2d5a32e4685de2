"""No words of a drawing lie on other words or leave it, whatever the levels are called and however many there are."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sweep.reports.graph_records import Curve, Curves, Dimension, Forest, Interval, Parallel, Shares
from sweep.reports.svg import draw
from sweep.reports.svg.parallel import draw_parallel

NAMES = st.text("abcdefghmwW LR=0.19_-", min_size=1, max_size=60).map(lambda words: words.strip() or "x")
VALUES = st.floats(-1e6, 1e6, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(NAMES, NAMES, st.lists(st.tuples(NAMES, VALUES, st.floats(0, 100), NAMES), min_size=1, max_size=12))
def test_intervals(check, title, label, rows):
    shown = tuple(Interval(name, value, value - half, value + half, note, True) for name, value, half, note in rows)
    check(draw(Forest(title, label, shown)))


@settings(max_examples=60, deadline=None)
@given(NAMES, st.lists(st.tuples(NAMES, st.floats(0, 100)), min_size=1, max_size=9))
def test_bars(check, title, rows):
    names, lengths = zip(*rows, strict=True)
    check(draw(Shares(title, "share (%)", names, lengths, tuple(f"{length:.0f} %" for length in lengths))))


def test_long_names_of_cells_that_differ_in_their_middle_stay_different(check, boxes):
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
def test_many_levels_have_a_cell_each_with_their_name_and_one_coloured_line(boxes, count):
    curves = tuple(Curve(f"level {n}", n, (1, 2), (n, n + 1)) for n in range(count))
    svg = draw(Curves("title", "x", "y", curves))
    assert [word for word, *_ in boxes(svg)[0] if word.startswith("level")] == [f"level {n}" for n in range(count)]
    assert len(re.findall(r"stroke:var\(--c\d+\)", svg)) == count
