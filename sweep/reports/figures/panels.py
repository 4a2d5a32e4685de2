"""Draws panels as figures: one panel as PNG or in the colours of a page, or several side by side."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import replace

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sweep.reports.figures.axis_numbers import limit_count
from sweep.reports.figures.cells import draw_cells
from sweep.reports.figures.curves import draw_curves, draw_one_of_many
from sweep.reports.figures.forest import draw_forest
from sweep.reports.figures.heat import draw_heat
from sweep.reports.figures.shares import draw_shares
from sweep.reports.figures.style import (
    DPI,
    LETTERS,
    OF_LECTURE,
    OF_REPORT,
    Picture,
    Style,
    as_png,
    as_svg,
    themed,
)
from sweep.reports.graph_records import Curves, Forest, Heat, Panel, Shares
from sweep.reports.svg.curves import MOST_TOGETHER, full

WIDTH_INCHES = 5.6
BESIDE_INCHES = (6.4, 4.4)
"""Size of each of several panels."""

ALONE_INCHES = (4.0, 3.0)
"""Size of a panel on a page, so that its text is readable on a phone."""

COLUMNS = 2

CELLS, CELL_INCHES = 3, 1.25
"""Number of cells per row, and the height of each."""

LONGEST_OF_CELL = 24
"""Maximum number of characters per line of a cell's name."""

LONGEST_OF_TWO = 30
"""Longer labels, in characters, do not fit side by side."""

MOST_IN_COLUMN = 6
"""More labels are laid out in two columns within a panel."""


def draw_png(panel: Panel) -> bytes:
    """Draw one panel of a report as PNG on white, with its legend below it.

    Args:
        panel: panel to draw.
    """
    return as_png(report_figure(panel))


def draw_together(panels: Sequence[Panel]) -> Picture:
    """Draw panels side by side, each with its legend inside.

    Args:
        panels: panels, in reading order.

    Returns:
        The figure, as PNG and SVG.
    """
    columns = min(COLUMNS, len(panels))
    rows = math.ceil(len(panels) / columns)
    size = (BESIDE_INCHES[0] * columns, BESIDE_INCHES[1] * rows)
    figure = Figure(figsize=size, dpi=DPI, layout="constrained")
    for number, axes in enumerate(figure.subplots(rows, columns, squeeze=False).flat):
        if number < len(panels):
            _with_legend_inside(axes, panels[number])
        else:
            axes.set_axis_off()
    return Picture(as_png(figure), as_svg(figure))


def draw_themed(panel: Panel) -> str:
    """Draw one panel on its own, without a title and with larger text, for a web page or a phone.

    Args:
        panel: panel to draw.

    Returns:
        SVG whose colours follow the light or dark theme of the page.
    """
    with matplotlib.rc_context(LETTERS):
        figure = Figure(figsize=ALONE_INCHES, dpi=DPI, layout="constrained")
        _with_legend_inside(figure.subplots(), replace(panel, title=""))
        return themed(as_svg(figure))


def _draw(axes: Axes, panel: Panel, style: Style) -> None:
    if isinstance(panel, Curves):
        draw_curves(axes, panel, style)
    elif isinstance(panel, Forest):
        draw_forest(axes, panel, style)
    elif isinstance(panel, Heat):
        draw_heat(axes, panel)
    elif isinstance(panel, Shares):
        draw_shares(axes, panel, style)
    else:
        draw_cells(axes, panel)


def _with_legend_inside(axes: Axes, panel: Panel) -> None:
    axes.set_title(panel.title, loc="left", fontsize=11, wrap=True)
    _draw(axes, panel, OF_LECTURE)
    if isinstance(panel, Curves):
        columns = 2 if len(panel.curves) > MOST_IN_COLUMN else 1
        axes.legend(frameon=True, framealpha=0.85, edgecolor="none", fontsize=8.5, ncols=columns)


def report_figure(panel: Panel) -> Figure:
    """Draw one panel of a report; if it has many lines, one cell per line."""
    figure = Figure(figsize=(WIDTH_INCHES, _height(panel)), dpi=DPI, layout="constrained")
    if isinstance(panel, Curves) and len(full(panel)) > MOST_TOGETHER:
        _in_cells(figure, panel)
        return figure
    axes = figure.subplots()
    axes.set_title(panel.title, loc="left", fontsize=10.5, fontweight="bold", wrap=True)
    _draw(axes, panel, OF_REPORT)
    if isinstance(panel, Curves):
        longest = max((len(curve.label) for curve in panel.curves), default=0)
        columns = 2 if longest <= LONGEST_OF_TWO else 1
        figure.legend(loc="outside lower left", ncols=columns, frameon=False, fontsize=8.5)
    return figure


def _height(panel: Panel) -> float:
    if isinstance(panel, Curves) and len(full(panel)) > MOST_TOGETHER:
        return 0.9 + CELL_INCHES * math.ceil(len(full(panel)) / CELLS)
    if isinstance(panel, Curves):
        return 4.0 + 0.2 * math.ceil(len(panel.curves) / 2)
    if isinstance(panel, Forest):
        return 1.2 + 0.42 * len(panel.rows)
    if isinstance(panel, Heat):
        return 1.5 + 0.45 * len(panel.y_names)
    return 1.2 + 0.35 * len(panel.names if isinstance(panel, Shares) else panel.rows)


def _in_cells(figure: Figure, panel: Curves) -> None:
    """Draw each line in its own cell, in front of all others in grey, if there are too many for one panel."""
    figure.suptitle(panel.title, x=0.01, ha="left", fontsize=10.5, fontweight="bold")
    shown = [place for place, curve in enumerate(panel.curves) if curve.tone == "full"]
    rows = math.ceil(len(shown) / CELLS)
    grid = figure.subplots(rows, CELLS, sharex=True, sharey=True, squeeze=False)
    for place, axes in enumerate(grid.flat):
        if place >= len(shown):
            axes.set_axis_off()
            continue
        draw_one_of_many(axes, panel, shown[place], OF_REPORT)
        name = "\n".join(textwrap.wrap(panel.curves[shown[place]].label, LONGEST_OF_CELL))
        axes.set_title(name, loc="left", fontsize=9)
        # Shared axes are labelled at the left, and below the last cell of each column.
        axes.tick_params(which="both", labelbottom=place + CELLS >= len(shown), labelsize=8.5)
        if panel.x_scale == "linear":
            limit_count(axes, panel, 4)
    figure.supxlabel(panel.x_label, fontsize=10)
    figure.supylabel(panel.y_label, fontsize=10)
    if panel.target is not None:
        handles, labels = grid.flat[0].get_legend_handles_labels()
        figure.legend(handles[-1:], labels[-1:], loc="outside upper right", frameon=False, fontsize=8.5)
