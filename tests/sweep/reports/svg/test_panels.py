"""A drawing puts every number where its axis says, and escapes what users have called things."""

from __future__ import annotations

import math
import xml.dom.minidom

import numpy as np
import pytest

from sweep.reports.graph_records import Cells, Curve, Curves, Forest, Guide, Heat, Interval, Mark, Panel, Shares
from sweep.reports.svg import draw
from sweep.reports.svg.scales import Axis, fitted


def elements(svg: str, name: str) -> list[xml.dom.minidom.Element]:
    return list(xml.dom.minidom.parseString(svg).getElementsByTagName(name))


def texts(svg: str) -> list[str]:
    return [element.firstChild.data for element in elements(svg, "text") if element.firstChild]


def test_ticks_are_round_numbers_within_the_axis():
    assert Axis("linear", 0.86, 0.99, 0, 1).ticks == pytest.approx((0.875, 0.9, 0.925, 0.95, 0.975))
    assert Axis("linear", 0.6, 8.4, 0, 1, is_whole=True).ticks == (2, 4, 6, 8)
    assert Axis("log", 0.0005, 200, 0, 1).ticks == pytest.approx((0.001, 0.01, 0.1, 1, 10, 100))
    assert Axis("log", 0.04, 0.6, 0, 1).ticks == pytest.approx((0.05, 0.1, 0.2, 0.5))
    assert Axis("log", 2, 6, 0, 1).ticks == pytest.approx((2, 3, 4, 5, 6))


def test_an_axis_of_one_number_or_of_none_can_be_drawn():
    for values in ([], [0.0], [5.0], [math.nan]):
        for kind in ("linear", "log"):
            axis = fitted(values, kind, 0, 100)
            assert axis.low < axis.high
            assert axis.ticks


def test_what_users_have_called_things_is_no_part_of_the_page():
    name = '<script>alert("&")</script>'
    panels = (
        Curves(name, name, name, (Curve(name, 0, (1, 2), (1, 2)),)),
        Forest(name, name, (Interval(name, 0.0, -math.inf, math.inf, name, False),)),
        Heat(name, name, name, (name,), (name,), np.array([[math.nan]]), ((name,),), False, (0.0, 1.0), name),
        Shares(name, name, (name,), (0.0,), (name,)),
    )
    for panel in panels:
        svg = draw(panel)
        assert "<script" not in svg
        # Shortened where there is no room, and then whole in the title that a pointer shows.
        told = [element.firstChild.data for element in elements(svg, "title") if element.firstChild]
        assert name in [*texts(svg), *told]


@pytest.mark.parametrize(
    "panel",
    [
        Cells("cells", "place", ("epoch 1",), (((3, 0), (1, 0)),)),
        Curves("a guide", "x", "y", (Curve("a", 0, (1, 2), (1, 2)),), guides=(Guide("here", x=1.0),)),
        Curves("a point", "x", "y", (Curve("a", 0, (1, 2), (1, 2)),), marks=(Mark("here", 1.0, 1.0),)),
        Shares("hatched", "steps", ("a",), (1.0,), ("1",), hatched=(True,)),
    ],
    ids=lambda panel: panel.title,
)
def test_what_a_page_cannot_show_is_refused_and_not_left_out(panel: Panel):
    with pytest.raises(ValueError, match=panel.title):
        draw(panel)
