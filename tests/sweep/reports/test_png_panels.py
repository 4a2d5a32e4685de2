"""PNG figures of a report: many lines are told apart, and their names do not lie on each other."""

from __future__ import annotations

from itertools import combinations

import pytest

from sweep.reports.figures.panels import _figure
from sweep.reports.graph_records import Curve, Curves


def panel(count: int, label: str) -> Curves:
    curves = tuple(Curve(f"{label} {n}", n, (1, 2, 5, 10), (0.1 * n, 0.2, 0.3, 0.4 + n)) for n in range(count))
    return Curves("Validation accuracy over epochs", "epochs", "validation accuracy", curves, target=0.3)


@pytest.mark.parametrize(("count", "cells"), [(6, 1), (7, 7), (11, 11)])
def test_more_than_six_lines_have_a_cell_each_that_bears_their_name(count, cells):
    shown = [axes for axes in _figure(panel(count, "level")).axes if axes.axison]
    assert len(shown) == cells
    if cells > 1:
        assert [axes.get_title(loc="left") for axes in shown] == [f"level {n}" for n in range(count)]
        # All lines in grey, the target, and on top the cell's own.
        assert all(len(axes.lines) == count + 2 for axes in shown)


@pytest.mark.parametrize("label", ["level", "examples.optimizers:sign_momentum with a long name"])
def test_names_of_cells_lie_on_no_others_and_within_the_picture(label):
    figure = _figure(panel(11, label))
    figure.draw_without_rendering()
    width, height = figure.canvas.get_width_height()
    titles = [axes._left_title.get_window_extent() for axes in figure.axes if axes.axison]
    assert all(box.x0 >= 0 and box.x1 <= width + 1 and box.y0 >= 0 and box.y1 <= height + 1 for box in titles)
    assert not any(one.overlaps(other) for one, other in combinations(titles, 2))
