"""Every kind of panel can be drawn alone and beside others, and many lines have a cell each that bears their name."""

from __future__ import annotations

import io
from itertools import combinations

import matplotlib.image
import numpy as np
import pytest

from sweep.reports.figures import draw_png, draw_themed, draw_together
from sweep.reports.figures.panels import report_figure
from sweep.reports.graph_records import (
    Cells,
    Contour,
    Curve,
    Curves,
    Forest,
    Guide,
    Heat,
    Interval,
    Mark,
    Panel,
    Shares,
)

AXIS = np.linspace(0.0, 1.0, 20)


def panel(*labels: str) -> Curves:
    return Curves("title", "x (m)", "y (s)", tuple(Curve(label, n, AXIS, AXIS + n) for n, label in enumerate(labels)))


def many(count: int, label: str) -> Curves:
    curves = tuple(Curve(f"{label} {n}", n, (1, 2, 5, 10), (0.1 * n, 0.2, 0.3, 0.4 + n)) for n in range(count))
    return Curves("Validation accuracy over epochs", "epochs", "validation accuracy", curves, target=0.3)


PANELS = (
    Curves(
        "contour",
        "x",
        "y",
        (Curve("path", 0, AXIS, AXIS, has_dots=True), Curve("cloud", 0, AXIS, AXIS, is_joined=False, tone="grey")),
        x_limits=(0.0, 1.0),
        y_limits=(0.0, 1.0),
        contour=Contour(AXIS, AXIS, np.add.outer(AXIS, AXIS), [0.5, 1.0, 1.5]),
        marks=(Mark("start", 0.1, 0.1, "start"), Mark("minimum", 0.5, 0.5, "minimum")),
        guides=(Guide("here", x=0.3), Guide("there", y=0.7)),
    ),
    Shares("bars", "steps", ("a", "b"), [10.0, 1000.0], ("10", "more"), (False, True), "log"),
    Cells("cells", "place", ("epoch 1",), (((3, 0), (1, 0), (2, 1)),)),
    Forest("intervals", "difference", (Interval("a", 1.0, 0.5, 2.0, "sure", True),)),
    Heat("heat", "x", "y", ("1", "2"), ("3",), np.array([[1.0, 2.0]]), (("1", "2"),), False, (1.0, 2.0), "loss"),
)


def picture(png: bytes) -> np.ndarray:
    return matplotlib.image.imread(io.BytesIO(png))


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.title)
def test_every_kind_of_panel_is_drawn_as_png_and_the_same_svg_each_time(panel: Panel):
    together, again = draw_together((panel,)), draw_together((panel,))
    assert together.svg == again.svg
    for png in (together.png, draw_png(panel)):
        assert png.startswith(b"\x89PNG")
        assert picture(png)[..., :3].std() > 0.05


def test_panels_together_are_as_wide_as_their_columns_and_as_high_as_their_rows():
    assert picture(draw_together((panel("a"),)).png).shape == (660, 960, 4)
    assert picture(draw_together((panel("a"), panel("b"), panel("c"))).png).shape == (1320, 1920, 4)


def test_a_panel_of_a_page_has_no_title():
    assert "<!-- title -->" in draw_together((panel("a"),)).svg
    alone = draw_themed(panel("a"))
    assert "<!-- title -->" not in alone
    assert "<!-- x (m) -->" in alone


@pytest.mark.parametrize(("count", "cells"), [(6, 1), (7, 7), (11, 11)])
def test_more_than_six_lines_have_a_cell_each_that_bears_their_name(count: int, cells: int):
    shown = [axes for axes in report_figure(many(count, "level")).axes if axes.axison]
    assert len(shown) == cells
    if cells > 1:
        assert [axes.get_title(loc="left") for axes in shown] == [f"level {n}" for n in range(count)]
        # All lines in grey, the target, and on top the cell's own.
        assert all(len(axes.lines) == count + 2 for axes in shown)


@pytest.mark.parametrize("label", ["level", "examples.optimizers:sign_momentum with a long name"])
def test_names_of_cells_lie_on_no_others_and_within_the_picture(label: str):
    figure = report_figure(many(11, label))
    figure.draw_without_rendering()
    width, height = figure.canvas.get_width_height()
    titles = [axes._left_title.get_window_extent() for axes in figure.axes if axes.axison]
    assert all(box.x0 >= 0 and box.x1 <= width + 1 and box.y0 >= 0 and box.y1 <= height + 1 for box in titles)
    assert not any(one.overlaps(other) for one, other in combinations(titles, 2))
