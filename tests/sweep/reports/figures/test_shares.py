"""Bars are as long as their numbers, and those apart are hatched."""

from __future__ import annotations

from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from sweep.reports.figures.shares import draw_shares
from sweep.reports.figures.style import LINE, OF_LECTURE
from sweep.reports.graph_records import Shares
from sweep.reports.svg.marks import COLOURS


def test_bars_begin_at_the_top_are_as_long_as_their_numbers_and_hatched_where_they_stand_apart():
    axes = Figure().subplots()
    panel = Shares("title", "steps", ("a", "b"), (10.0, 1000.0), ("10", "more"), (False, True), "log")
    draw_shares(axes, panel, OF_LECTURE)
    first, second = axes.patches
    assert (first.get_width(), second.get_width()) == (10.0, 1000.0)
    assert (to_hex(first.get_facecolor()), to_hex(second.get_facecolor())) == (COLOURS[0], LINE)
    assert (bool(first.get_hatch()), bool(second.get_hatch())) == (False, True)
    assert [one.get_text() for one in axes.texts] == ["10", "more"]
    assert axes.yaxis_inverted()
    # A logarithmic axis begins at 1, where a bar has no length.
    assert axes.get_xlim()[0] == 1.0
