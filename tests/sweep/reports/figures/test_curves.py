"""What is told apart in the records of lines is told apart in the picture."""

from __future__ import annotations

import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from sweep.reports.figures.curves import BAND, PALE_BAND, draw_curves, draw_one_of_many
from sweep.reports.figures.style import LINE, OF_LECTURE, OF_REPORT, Style, look
from sweep.reports.graph_records import Curve, Curves, Guide, Mark
from sweep.reports.svg.marks import GREY


def drawn(panel: Curves, style: Style = OF_REPORT) -> Axes:
    axes = Figure().subplots()
    draw_curves(axes, panel, style)
    return axes


def panel(*curves: Curve, **rest: object) -> Curves:
    return Curves("title", "x (m)", "y (s)", curves, **rest)


def test_lines_have_the_colour_and_dashes_of_their_look():
    axes = drawn(panel(Curve("a", 0, (1, 2), (1, 2)), Curve("b", 3, (1, 2), (2, 3))))
    assert [(one.get_color(), one.get_linestyle()) for one in axes.lines] == [look(0), look(3)]
    assert [one.get_label() for one in axes.lines] == ["a", "b"]


def test_pale_and_grey_lines_are_thin_and_behind_and_only_grey_ones_are_in_the_legend():
    full, pale, grey = (Curve(tone, 1, (1, 2), (1, 2), tone=tone) for tone in ("full", "pale", "grey"))
    first, second, third = drawn(panel(full, pale, grey)).lines
    assert [one.get_color() for one in (first, second, third)] == [look(1)[0], look(1)[0], GREY]
    assert second.get_zorder() == third.get_zorder() < first.get_zorder()
    assert second.get_linewidth() == third.get_linewidth() < first.get_linewidth()
    assert second.get_alpha() < first.get_alpha()
    assert [one.get_label().startswith("_") for one in (first, second, third)] == [False, True, False]


def test_points_are_marked_in_the_form_of_their_look_and_joined_unless_they_are_not():
    curves = [Curve("a", 1, (1, 2), (1, 2)), Curve("b", 1, (1, 2), (1, 2), has_dots=True)]
    curves.append(Curve("c", 2, (1, 2), (1, 2), is_joined=False))
    lines = drawn(panel(*curves)).lines
    assert [one.get_marker() for one in lines] == ["", "s", "D"]
    assert [one.get_linestyle() == "None" for one in lines] == [False, False, True]
    assert [one.get_marker() for one in drawn(panel(*curves), OF_LECTURE).lines] == ["", "o", "o"]


def test_more_than_five_bands_are_paler():
    banded = [Curve(str(n), n, (1, 2), (1, 2), (0, 1), (2, 3)) for n in range(6)]
    assert {band.get_alpha() for band in drawn(panel(*banded[:5])).collections} == {BAND}
    assert {band.get_alpha() for band in drawn(panel(*banded)).collections} == {PALE_BAND}


def test_crosses_of_two_levels_at_the_same_place_do_not_hide_one_another():
    axes = drawn(panel(*(Curve(str(n), n, (1, 2), (1, 2), crosses=(1.5,)) for n in range(2))))
    crosses = [one for one in axes.lines if one.get_marker() == "x"]
    assert [list(one.get_xdata()) for one in crosses] == [[1.5], [1.5]]
    # As shares of the height.
    assert [one.get_ydata()[0] for one in crosses] == pytest.approx([0.97, 0.92])


def test_a_step_stays_until_the_next_point():
    first, second = drawn(panel(Curve("a", 0, (1, 2), (1, 2), is_step=True), Curve("b", 1, (1, 2), (1, 2)))).lines
    assert (first.get_drawstyle(), second.get_drawstyle()) == ("steps-post", "default")


def test_target_guides_and_marks_stand_where_the_records_say():
    marks, guides = (Mark("start", 1.0, 2.0),), (Guide("here", x=1.5), Guide("there", y=1.7))
    axes = drawn(panel(Curve("a", 0, (1, 2), (1, 2)), target=0.25, marks=marks, guides=guides))
    _, target, here, there, start = axes.lines
    assert target.get_label() == "target, 0.25"
    assert set(target.get_ydata()) == {0.25}
    assert set(here.get_xdata()) == {1.5}
    assert set(there.get_ydata()) == {1.7}
    assert (start.get_xdata()[0], start.get_ydata()[0]) == (1.0, 2.0)
    assert [one.get_text().strip() for one in axes.texts] == ["here", "there", "start"]


def test_one_of_many_is_drawn_in_its_colour_over_all_in_grey():
    axes = Figure().subplots()
    draw_one_of_many(axes, panel(*(Curve(str(n), n, (1, 2), (1, n)) for n in range(3))), 1, OF_REPORT)
    assert [to_hex(one.get_color()) for one in axes.lines] == [LINE, LINE, LINE, look(1)[0]]
    assert axes.get_xlabel() == ""
