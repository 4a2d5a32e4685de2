"""No words of a drawing lie on other words or leave it, whatever the levels are called and however many there are."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sweep.reports.graph_records import Curve, Curves, Forest, Interval, Shares
from sweep.reports.svg import draw

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


@pytest.mark.parametrize("count", [7, 11, 30])
def test_many_levels_have_a_cell_each_with_their_name_and_one_coloured_line(boxes, count):
    curves = tuple(Curve(f"level {n}", n, (1, 2), (n, n + 1)) for n in range(count))
    svg = draw(Curves("title", "x", "y", curves))
    assert [word for word, *_ in boxes(svg)[0] if word.startswith("level")] == [f"level {n}" for n in range(count)]
    assert len(re.findall(r"stroke:var\(--c\d+\)", svg)) == count
