"""Draws charts: panels with lines, contours, bars or cells, as PNG and SVG."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import matplotlib
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator, NullFormatter

from sweep.reports.chart_records import Bars, Cells, Chart, Mark, Panel, Plot
from sweep.reports.figures.style import DPI, LETTERS, LINE, Picture, as_png, as_svg, look, themed, tidy
from sweep.reports.svg.marks import COLOURS, GREY, INK, PAPER

PANEL_INCHES = (6.4, 4.4)
ALONE_INCHES = (4.0, 3.0)
CELL_COLOURS = ("#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#F0E442", "#D55E00")
"""Bright enough for black digits."""

ON_CELLS = "#111111"
"""Of the digits: cells are as bright on a dark page."""

SHADE = 0.3
"""Density of the ink at the highest contour."""

MARKERS = {"start": "o", "minimum": "*", "point": "D"}


def draw_chart(chart: Chart) -> Picture:
    """Draw a chart.

    Args:
        chart: what to show.

    Returns:
        The picture, as PNG and SVG.
    """
    columns = min(chart.columns, len(chart.panels))
    rows = math.ceil(len(chart.panels) / columns)
    size = (PANEL_INCHES[0] * columns, PANEL_INCHES[1] * rows)
    figure = Figure(figsize=size, dpi=DPI, layout="constrained")
    numbers = _numbers(chart)
    grid = figure.subplots(rows, columns, squeeze=False)
    for number, axes in enumerate(grid.flat):
        if number < len(chart.panels):
            _draw(axes, chart.panels[number], numbers)
        else:
            axes.set_axis_off()
    return Picture(as_png(figure), as_svg(figure))


def _numbers(chart: Chart) -> Mapping[str, int]:
    """Label -> number of its look: the same in all panels, and another than that of any label beside it in one."""
    plots = [panel for panel in chart.panels if isinstance(panel, Plot)]
    groups = [list(dict.fromkeys(line.label for line in plot.lines if not line.is_faint)) for plot in plots]
    numbers: dict[str, int] = {}
    for label in dict.fromkeys(itertools.chain.from_iterable(groups)):
        beside = {other for group in groups if label in group for other in group}
        taken = {numbers[other] for other in beside if other in numbers}
        numbers[label] = next(number for number in itertools.count() if number not in taken)
    return numbers


def _draw(axes: Axes, panel: Panel, numbers: Mapping[str, int]) -> None:
    axes.set_title(panel.title, loc="left", fontsize=11, wrap=True)
    axes.set_xlabel(panel.x_label)
    if isinstance(panel, Plot):
        _plot(axes, panel, numbers)
    elif isinstance(panel, Bars):
        _bars(axes, panel)
    else:
        _cells(axes, panel)


def _plot(axes: Axes, panel: Plot, numbers: Mapping[str, int]) -> None:
    axes.set_ylabel(panel.y_label)
    axes.set_xscale(panel.x_scale)
    axes.set_yscale(panel.y_scale)
    tidy(axes)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_formatter(NullFormatter())
    if panel.contour is not None:
        contour = panel.contour
        axes.grid(visible=False)
        # Ink that gets denser with the height, so that it is seen on light and on dark paper.
        shades = [(INK, SHADE * step / len(contour.levels)) for step in range(len(contour.levels) + 1)]
        axes.contourf(contour.x, contour.y, contour.heights, contour.levels, colors=shades, extend="both")
        axes.contour(
            contour.x, contour.y, contour.heights, contour.levels, colors=GREY, linewidths=0.5, linestyles="solid"
        )
    for line in panel.lines:
        colour, style = look(numbers[line.label]) if line.label in numbers else (GREY, "-")
        axes.plot(
            line.x,
            line.y,
            color=colour,
            linestyle="none" if line.kind == "points" else "-" if line.is_faint else style,
            linewidth=0.8 if line.is_faint else 1.9,
            alpha=0.3 if line.is_faint and line.label in numbers else 1.0,
            marker="" if line.kind == "line" else "o",
            markersize=2.5 if line.is_faint else 4,
            label=None if line.is_faint and line.label in numbers else line.label,
            zorder=1.5 if line.is_faint else 2,
        )
    for guide in panel.guides:
        _guide(axes, guide.text, guide.x, guide.y)
    for mark in panel.marks:
        _mark(axes, mark)
    if panel.x_limits is not None:
        axes.set_xlim(panel.x_limits)
    if panel.y_limits is not None:
        axes.set_ylim(panel.y_limits)
    columns = 2 if len(panel.lines) > 6 else 1
    axes.legend(frameon=True, framealpha=0.85, edgecolor="none", fontsize=8.5, ncols=columns)


def _guide(axes: Axes, text: str, x: float | None, y: float | None) -> None:
    grey: dict[str, Any] = {"color": GREY, "fontsize": 8}
    if x is not None:
        axes.axvline(x, color=GREY, linewidth=0.9, linestyle=(0, (2, 2)))
        axes.text(x, 0.98, f" {text}", transform=axes.get_xaxis_transform(), va="top", rotation=90, ha="right", **grey)
    if y is not None:
        axes.axhline(y, color=GREY, linewidth=0.9, linestyle=(0, (2, 2)))
        axes.text(0.01, y, text, transform=axes.get_yaxis_transform(), va="bottom", **grey)


def _mark(axes: Axes, mark: Mark) -> None:
    size = 12 if mark.kind == "minimum" else 6
    axes.plot(
        [mark.x],
        [mark.y],
        MARKERS[mark.kind],
        color=INK,
        markersize=size,
        markeredgecolor=PAPER,
        zorder=4,
    )
    halo = [patheffects.withStroke(linewidth=2.5, foreground=PAPER)]
    axes.annotate(
        mark.text, (mark.x, mark.y), (7, 7), textcoords="offset points", fontsize=8.5, zorder=5, path_effects=halo
    )


def _bars(axes: Axes, panel: Bars) -> None:
    tidy(axes)
    axes.grid(visible=False, axis="y")
    hatched = panel.hatched or (False,) * len(panel.names)
    places = range(len(panel.names))
    axes.barh(
        places,
        panel.lengths,
        color=[LINE if unbounded else COLOURS[0] for unbounded in hatched],
        hatch=["//" if unbounded else "" for unbounded in hatched],
        edgecolor=[GREY if unbounded else COLOURS[0] for unbounded in hatched],
        height=0.65,
    )
    axes.set_xscale(panel.scale)
    if panel.scale == "log":
        axes.set_xlim(left=1.0)
        axes.xaxis.set_minor_formatter(NullFormatter())
    for place, length, note in zip(places, panel.lengths, panel.notes, strict=True):
        axes.annotate(note, (length, place), (4, 0), textcoords="offset points", va="center", fontsize=8.5)
    axes.set_yticks(places, panel.names)
    axes.invert_yaxis()
    axes.margins(x=0.18)


def _cells(axes: Axes, panel: Cells) -> None:
    longest = max(len(row) for row in panel.rows)
    for place, row in enumerate(panel.rows):
        for column, (number, group) in enumerate(row):
            colour = CELL_COLOURS[group % len(CELL_COLOURS)]
            axes.add_patch(Rectangle((column, place - 0.4), 1, 0.8, facecolor=colour, edgecolor=PAPER, linewidth=1))
            axes.text(column + 0.5, place, str(number), ha="center", va="center", fontsize=8, color=ON_CELLS)
    axes.set_xlim(0, longest)
    axes.set_ylim(len(panel.rows) - 0.4, -0.6)
    axes.set_yticks(range(len(panel.rows)), panel.row_names)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
    axes.tick_params(length=0)


def draw_panels(chart: Chart) -> list[str]:
    """Draw each panel of a chart by itself, without its title and with larger letters: for a page, and for a phone.

    Args:
        chart: what to show; lines look as in the picture of the whole chart.

    Returns:
        One SVG a panel, whose colours follow the light or dark page that shows it.
    """
    numbers = _numbers(chart)
    pictures = []
    for panel in chart.panels:
        with matplotlib.rc_context(LETTERS):
            figure = Figure(figsize=ALONE_INCHES, dpi=DPI, layout="constrained")
            _draw(figure.subplots(), replace(panel, title=""), numbers)
            pictures.append(themed(as_svg(figure)))
    return pictures
