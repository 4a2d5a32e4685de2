"""The best cell is the brightest, and no words lie on others."""

from __future__ import annotations

import re
import xml.dom.minidom

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sweep.reports.graph_records import Heat
from sweep.reports.svg import draw

NAMES = st.text("abcdefghmwW LR=0.19_-", min_size=1, max_size=60).map(lambda words: words.strip() or "x")


VALUES = st.floats(-1e6, 1e6, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(1, 9), st.integers(2, 9), st.tuples(VALUES, VALUES).map(sorted))
def test_heat_maps(check, data, columns, rows, limits):
    values = np.linspace(*limits, rows * columns).reshape(rows, columns)
    notes = tuple(tuple(f"{value:.4g} x1" for value in row) for row in values)
    names = [tuple(data.draw(NAMES) for _ in range(size)) for size in (columns, rows)]
    check(draw(Heat(data.draw(NAMES), "columns", "rows", *names, values, notes, True, tuple(limits), data.draw(NAMES))))


def test_panels_of_a_heat_map_share_a_scale_that_has_numbers_and_a_name(boxes):
    panels = [
        Heat(name, "x", "y", ("a", "b"), ("c",), np.array([values]), (("", ""),), False, (1.0, 9.0), "accuracy (%)")
        for name, values in (("one", [1.0, 5.0]), ("two", [5.0, 9.0]))
    ]
    first, second = (re.findall('<rect[^>]*style="fill:([^"]*)"', draw(panel))[:2] for panel in panels)
    assert first[1] == second[0], "5 has the same colour in both"
    words = [box[0] for box in boxes(draw(panels[0]))[0]]
    assert "accuracy (%)" in words
    assert sum(word.replace(".", "").isdigit() for word in words) >= 3


def elements(svg: str, name: str) -> list[xml.dom.minidom.Element]:
    return list(xml.dom.minidom.parseString(svg).getElementsByTagName(name))


def test_the_best_cell_is_the_brightest():
    values = np.array([[1.0, 3.0]])
    for is_low_good, best in ((False, 1), (True, 0)):
        svg = draw(Heat("", "", "", ("a", "b"), ("c",), values, (("1", "3"),), is_low_good, (1.0, 3.0), ""))
        assert [cell.getAttribute("style") for cell in elements(svg, "rect")][best] == "fill:#ffea46"
