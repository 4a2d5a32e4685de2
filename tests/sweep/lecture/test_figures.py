"""The lecture's figures as they are drawn: no words lie on others or leave the picture, and all can be read."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text

from sweep.lecture.section_registry import SECTIONS
from sweep.reports.figures import draw_themed, draw_together, panels

PHONE_PIXELS = 350
"""What a page of 390 pixels leaves for a picture."""

SMALLEST_LETTERS = 9.5


@pytest.fixture(scope="module", params=sorted(SECTIONS))
def figures(request, outcome_of):
    """The figures of a section: all panels together, and each by itself."""
    drawn: list[Figure] = []
    shown = outcome_of(request.param).panels
    with pytest.MonkeyPatch.context() as patch:
        whole = panels.as_svg

        def kept(figure: Figure) -> str:
            drawn.append(figure)
            return whole(figure)

        patch.setattr(panels, "as_svg", kept)
        draw_together(shown)
        for panel in shown:
            draw_themed(panel)
    assert len(drawn) == 1 + len(shown)
    return drawn


def texts(axes: Axes) -> list[Text]:
    """What is written in and around a panel."""
    found = [axes.xaxis.label, axes.yaxis.label, *axes.texts]
    found += [axes.title, *(one for one in axes.get_children() if isinstance(one, Text))]
    if (legend := axes.get_legend()) is not None:
        found += legend.get_texts()
    for axis in (axes.xaxis, axes.yaxis):
        found += numbers(axis)
    return [one for one in dict.fromkeys(found) if one.get_text().strip() and one.get_visible()]


def numbers(axis: Axis) -> list[Text]:
    """The numbers or names of an axis; those of ticks beyond its ends are not drawn."""
    low, high = sorted(axis.get_view_interval())
    ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
    places = [(tick.label1, float(tick.get_loc())) for tick in ticks]
    inside = [one for one, x in places if low <= x <= high or math.isclose(x, low) or math.isclose(x, high)]
    return [one for one in inside if one.get_text().strip()]


def words(figure: Figure) -> list[tuple[str, float, float, float, float]]:
    """What is written, with its left, right, bottom and top in pixels."""
    figure.draw_without_rendering()
    found = []
    for one in (one for axes in figure.axes if axes.axison for one in texts(axes)):
        box = one.get_window_extent()
        found.append((one.get_text(), box.x0, box.x1, box.y0, box.y1))
    return found


def test_no_words_lie_on_other_words_or_leave_the_picture(figures):
    for figure in figures:
        width, height = figure.canvas.get_width_height()
        found = words(figure)
        for text, left, right, bottom, top in found:
            assert left >= -1, text
            assert right <= width + 1, text
            assert bottom >= -1, text
            assert top <= height + 1, text
        for (one, *a), (other, *b) in combinations(found, 2):
            is_apart = a[1] <= b[0] + 1 or b[1] <= a[0] + 1 or a[3] <= b[2] + 1 or b[3] <= a[2] + 1
            assert is_apart, f"{one} on {other}"


def test_every_axis_has_two_numbers_or_more(figures):
    for figure in figures:
        figure.draw_without_rendering()
        for axes in (axes for axes in figure.axes if axes.axison):
            for axis in (axes.xaxis, axes.yaxis):
                assert len({one.get_text() for one in numbers(axis)}) >= 2, axes.get_title(loc="left")


def test_all_letters_can_be_read_on_a_phone(figures):
    for figure in figures[1:]:
        figure.draw_without_rendering()
        scale = PHONE_PIXELS / (72 * figure.get_figwidth())
        for one in (one for axes in figure.axes if axes.axison for one in texts(axes)):
            assert one.get_fontsize() * scale >= SMALLEST_LETTERS, one.get_text()
