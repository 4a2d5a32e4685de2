"""Intervals lie where their numbers say, and endless ones end in an arrow at the edge."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sweep.reports.figures.forest import draw_forest
from sweep.reports.figures.style import OF_REPORT
from sweep.reports.graph_records import Forest, Interval
from sweep.reports.svg.marks import COLOURS


def drawn(*rows: Interval) -> Axes:
    axes = Figure().subplots()
    draw_forest(axes, Forest("title", "difference", rows), OF_REPORT)
    return axes


def test_an_interval_reaches_from_its_low_to_its_high_end_in_its_row():
    zero, _, _, interval, value = drawn(
        Interval("a", 0.0, -1.0, 1.0, "", True), Interval("b", 2.0, 1.5, 3.0, "", True)
    ).lines
    assert set(zero.get_xdata()) == {0.0}
    assert (list(interval.get_xdata()), list(interval.get_ydata())) == ([1.5, 3.0], [1, 1])
    assert (list(value.get_xdata()), list(value.get_ydata())) == ([2.0], [1])


def test_ends_that_are_infinite_become_arrows_beyond_all_finite_ones():
    axes = drawn(Interval("a", 1.0, -math.inf, math.inf, "", True), Interval("b", 0.0, -2.0, 3.0, "", True))
    (left,) = [one for one in axes.lines if one.get_marker() == "<"]
    (right,) = [one for one in axes.lines if one.get_marker() == ">"]
    assert left.get_xdata()[0] < -2.0
    assert right.get_xdata()[0] > 3.0


def test_what_no_difference_is_shown_of_is_grey_dashed_and_hollow():
    _, shown, _, unsure, value = drawn(
        Interval("a", 1.0, 0.5, 2.0, "", True), Interval("b", 1.0, -0.5, 2.0, "", False)
    ).lines
    assert shown.get_color() == COLOURS[0]
    assert unsure.get_color() == OF_REPORT.grey
    assert unsure.is_dashed()
    assert value.get_fillstyle() == "none"


def test_a_row_without_a_value_has_its_name_and_its_note_alone():
    axes = drawn(Interval("a", math.nan, math.nan, math.nan, "diverged", False))
    assert len(axes.lines) == 1
    assert [one.get_text() for one in axes.texts] == ["diverged"]
    assert [one.get_text() for one in axes.get_yticklabels()] == ["a"]
