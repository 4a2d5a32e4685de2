"""Axes have the limits of the records, and numbers wherever a reader needs them."""

from __future__ import annotations

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sweep.reports.figures.axis_numbers import limit_and_number, limit_count
from sweep.reports.figures.style import OF_LECTURE, OF_REPORT, Style
from sweep.reports.graph_records import Curve, Curves, Scale


def drawn(x: tuple[float, ...], scale: Scale = "linear", style: Style = OF_REPORT, **limits: object) -> Axes:
    axes = Figure(figsize=(5, 4)).subplots()
    axes.set_xscale(scale)
    axes.plot(x, x)
    limit_and_number(axes, Curves("", "", "", (Curve("a", 0, x, x),), x_scale=scale, **limits), style)
    return axes


def numbers(axes: Axes) -> list[str]:
    axes.figure.draw_without_rendering()
    low, high = axes.get_xlim()
    ticks = [*axes.xaxis.get_major_ticks(), *axes.xaxis.get_minor_ticks()]
    return [one.label1.get_text() for one in ticks if low <= one.get_loc() <= high and one.label1.get_text()]


def test_limits_are_those_of_the_records():
    axes = drawn((1.0, 2.0), x_limits=(0.0, 5.0), y_limits=(-1.0, 4.0))
    assert axes.get_xlim() == (0.0, 5.0)
    assert axes.get_ylim() == (-1.0, 4.0)


def test_epochs_have_whole_numbers_and_shares_need_not():
    assert numbers(drawn((1.0, 2.0, 3.0))) == ["1", "2", "3"]
    assert any("." in number for number in numbers(drawn((1.0, 1.5, 3.0))))


def test_the_ticks_of_a_small_axis_can_be_limited():
    axes = drawn((0.0, 100.0))
    before = len(numbers(axes))
    limit_count(axes, Curves("", "", "", (Curve("a", 0, (0, 100), (0, 100)),)), 4)
    assert 2 <= len(numbers(axes)) <= 5 < before


@pytest.mark.parametrize(
    ("x", "found"),
    [
        # Below a factor of 4 every tick has a number, below 100 those of 2 and 5, else the powers of ten alone.
        ((0.3, 0.8), {"0.3", "0.4", "0.5", "0.6", "0.7", "0.8"}),
        ((0.3, 3.0), {"0.5", "1", "2"}),
        ((0.01, 100.0), {"0.01", "0.1", "1", "10", "100"}),
    ],
)
def test_a_logarithmic_axis_of_a_report_has_two_plain_numbers_or_more(x: tuple[float, ...], found: set[str]):
    assert set(numbers(drawn(x, "log"))) == found


def test_a_logarithmic_axis_of_the_lecture_has_powers_of_ten():
    assert all("10^" in number for number in numbers(drawn((0.01, 100.0), "log", OF_LECTURE)))
