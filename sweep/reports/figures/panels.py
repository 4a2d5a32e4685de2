"""Draws the panels of a report: lines with bands, intervals, heat maps and bars."""

from __future__ import annotations

import math
import textwrap
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter, FuncFormatter, MaxNLocator, NullFormatter

from sweep.reports.figures.style import DPI, LINE, as_png, look, tidy
from sweep.reports.graph_records import Curve, Curves, Forest, Heat, Panel, Shares
from sweep.reports.svg.curves import MOST_TOGETHER
from sweep.reports.svg.marks import COLOURS
from sweep.reports.svg.scales import TICK_DIGITS, spelled

WIDTH_INCHES = 5.6
INK = "#000000"
GREY = "#777777"
NARROW, WIDE = 4, 100
"""Largest over smallest value below which all ticks, or those of 2 and 5, have a number."""

MOST_BANDS = 5
"""More bands on top of each other are drawn paler, lest they hide the lines."""

CELLS, CELL_INCHES = 3, 1.25
"""So many cells stand beside each other, each so high."""

LONGEST_OF_CELL = 24
"""Letters of a line of a cell's name."""

LONGEST_OF_TWO = 30
"""Labels with more letters do not fit beside each other."""

DOTS = "osD^vPX"


def draw_panel(panel: Panel) -> bytes:
    """Draw one panel as PNG on white.

    Args:
        panel: what to show.
    """
    return as_png(_figure(panel))


def _figure(panel: Panel) -> Figure:
    figure = Figure(figsize=(WIDTH_INCHES, _height(panel)), dpi=DPI, layout="constrained")
    if isinstance(panel, Curves) and len(panel.curves) > MOST_TOGETHER:
        _cells(figure, panel)
        return figure
    axes = figure.subplots()
    axes.set_title(panel.title, loc="left", fontsize=10.5, fontweight="bold", wrap=True)
    if isinstance(panel, Curves):
        _curves(axes, panel)
        longest = max((len(curve.label) for curve in panel.curves), default=0)
        columns = 2 if longest <= LONGEST_OF_TWO else 1
        figure.legend(loc="outside lower left", ncols=columns, frameon=False, fontsize=8.5)
    elif isinstance(panel, Forest):
        _forest(axes, panel)
    elif isinstance(panel, Heat):
        _heat(figure, axes, panel)
    else:
        _shares(axes, panel)
    return figure


def _height(panel: Panel) -> float:
    if isinstance(panel, Curves) and len(panel.curves) > MOST_TOGETHER:
        return 0.9 + CELL_INCHES * math.ceil(len(panel.curves) / CELLS)
    if isinstance(panel, Curves):
        return 4.0 + 0.2 * math.ceil(len(panel.curves) / 2)
    if isinstance(panel, Forest):
        return 1.2 + 0.42 * len(panel.rows)
    if isinstance(panel, Heat):
        return 1.5 + 0.45 * len(panel.y_names)
    return 1.2 + 0.35 * len(panel.names)


def _cells(figure: Figure, panel: Curves) -> None:
    """More lines than can be followed in one panel: each in a cell of its own, before all others in grey."""
    figure.suptitle(panel.title, x=0.01, ha="left", fontsize=10.5, fontweight="bold")
    rows = math.ceil(len(panel.curves) / CELLS)
    grid = figure.subplots(rows, CELLS, sharex=True, sharey=True, squeeze=False)
    for place, axes in enumerate(grid.flat):
        if place >= len(panel.curves):
            axes.set_axis_off()
            continue
        for curve in panel.curves:
            axes.plot(curve.x, curve.y, color=LINE, linewidth=0.8, drawstyle=_drawstyle(curve))
        _curve(axes, panel.curves[place], 0.15)
        name = "\n".join(textwrap.wrap(panel.curves[place].label, LONGEST_OF_CELL))
        axes.set_title(name, loc="left", fontsize=9)
        # Axes that are shared have their numbers at the left, and below the last cell of each column.
        axes.tick_params(which="both", labelbottom=place + CELLS >= len(panel.curves), labelsize=8.5)
        _scales(axes, panel)
        if panel.x_scale == "linear":
            axes.xaxis.set_major_locator(MaxNLocator(4, integer=_is_whole(panel), min_n_ticks=2))
    figure.supxlabel(panel.x_label, fontsize=10)
    figure.supylabel(panel.y_label, fontsize=10)
    if panel.target is not None:
        handles, labels = grid.flat[0].get_legend_handles_labels()
        figure.legend(handles[-1:], labels[-1:], loc="outside upper right", frameon=False, fontsize=8.5)


def _curves(axes: Axes, panel: Curves) -> None:
    axes.set_xlabel(panel.x_label)
    axes.set_ylabel(panel.y_label)
    for curve in panel.curves:
        _curve(axes, curve, 0.15 if len(panel.curves) <= MOST_BANDS else 0.06)
    _scales(axes, panel)


def _is_whole(panel: Curves) -> bool:
    return all(float(x) == round(float(x)) for curve in panel.curves for x in curve.x if math.isfinite(x))


def _drawstyle(curve: Curve) -> Literal["steps-post", "default"]:
    return "steps-post" if curve.is_step else "default"


def _scales(axes: Axes, panel: Curves) -> None:
    axes.set_xscale(panel.x_scale)
    axes.set_yscale(panel.y_scale)
    tidy(axes)
    if panel.x_scale == "linear":
        axes.xaxis.set_major_locator(MaxNLocator(integer=_is_whole(panel), min_n_ticks=2))
    if panel.target is not None:
        target = f"target, {spelled(panel.target, TICK_DIGITS)}"
        axes.axhline(panel.target, color=GREY, linewidth=1, linestyle=(0, (2, 2)), label=target)
    if panel.y_limits is not None:
        axes.set_ylim(panel.y_limits)
    for axis, scale, (low, high) in (
        (axes.xaxis, panel.x_scale, axes.get_xlim()),
        (axes.yaxis, panel.y_scale, axes.get_ylim()),
    ):
        if scale == "log":
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            # Over less than two decades the powers of ten alone would leave an axis with one number.
            axis.set_minor_formatter(_minor_labels(high / low))


def _minor_labels(span: float) -> Formatter:
    if span < NARROW:
        return FuncFormatter(lambda value, _: f"{value:g}")
    return FuncFormatter(_two_and_five) if span < WIDE else NullFormatter()


def _two_and_five(value: float, _: object) -> str:
    return f"{value:g}" if f"{value:e}"[0] in "25" else ""


def _curve(axes: Axes, curve: Curve, alpha: float) -> None:
    colour, style = look(curve.look)
    axes.plot(
        curve.x,
        curve.y,
        color=colour,
        linestyle=style,
        linewidth=1.9,
        marker=DOTS[curve.look % len(DOTS)] if curve.has_dots else "",
        markersize=4.5,
        drawstyle=_drawstyle(curve),
        label=curve.label,
    )
    if len(curve.low):
        axes.fill_between(curve.x, curve.low, curve.high, color=colour, alpha=alpha, linewidth=0)
    if len(curve.crosses):
        # On the upper edge, each level a little lower, so that crosses at the same place do not hide one another.
        height = 0.97 - 0.05 * (curve.look % 6)
        axes.plot(
            curve.crosses,
            np.full(len(curve.crosses), height),
            "x",
            color=colour,
            markersize=7,
            markeredgewidth=2,
            transform=axes.get_xaxis_transform(),
        )


def _forest(axes: Axes, panel: Forest) -> None:
    tidy(axes)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(panel.x_label)
    axes.axvline(panel.none_at, color=GREY, linewidth=1)
    ends = [end for row in panel.rows for end in (row.value, row.low, row.high) if math.isfinite(end)]
    ends.append(panel.none_at)
    span = (max(ends) - min(ends)) or 1.0
    left, right = min(ends) - 0.08 * span, max(ends) + 0.08 * span
    for place, row in enumerate(panel.rows):
        colour = COLOURS[0] if row.is_shown else GREY
        style = "-" if row.is_shown else (0, (3, 2))
        low, high = max(row.low, left), min(row.high, right)
        if math.isfinite(row.value):
            axes.plot([low, high], [place, place], color=colour, linewidth=2, linestyle=style)
            axes.plot(
                [row.value], [place], "o", color=colour, markersize=6, fillstyle="full" if row.is_shown else "none"
            )
            if not math.isfinite(row.low):
                axes.plot([left], [place], "<", color=colour, markersize=6)
            if not math.isfinite(row.high):
                axes.plot([right], [place], ">", color=colour, markersize=6)
        axes.annotate(
            row.note, (1, place), (-2, 5), xycoords=axes.get_yaxis_transform(), textcoords="offset points",
            ha="right", fontsize=8, color=GREY,
        )  # fmt: skip
    axes.set_xlim(left - 0.02 * span, right + 0.02 * span)
    axes.set_ylim(len(panel.rows) - 0.4, -0.8)
    axes.set_yticks(range(len(panel.rows)), [row.label for row in panel.rows])
    axes.xaxis.set_major_locator(MaxNLocator(6))


def _heat(figure: Figure, axes: Axes, panel: Heat) -> None:
    shown = np.ma.masked_invalid(panel.values)
    low, high = panel.limits
    colours = "cividis_r" if panel.is_low_good else "cividis"
    mesh = axes.pcolormesh(shown, cmap=colours, vmin=low, vmax=high, edgecolors="white", linewidth=1)
    figure.colorbar(mesh, ax=axes, label=panel.measure)
    for row, names in enumerate(panel.notes):
        for column, note in enumerate(names):
            value = shown[row, column]
            # The upper half of the colours is bright.
            share = (value - low) / ((high - low) or 1.0)
            is_dark = not np.ma.is_masked(value) and (1 - share if panel.is_low_good else share) < 0.5
            colour = "#ffffff" if is_dark else INK if np.ma.is_masked(value) else "#111111"
            axes.text(column + 0.5, row + 0.5, note, ha="center", va="center", fontsize=8.5, color=colour)
    axes.set_xlabel(panel.x_label)
    axes.set_ylabel(panel.y_label)
    axes.set_xticks(np.arange(len(panel.x_names)) + 0.5, panel.x_names)
    axes.set_yticks(np.arange(len(panel.y_names)) + 0.5, panel.y_names)
    axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
    axes.tick_params(length=0)


def _shares(axes: Axes, panel: Shares) -> None:
    tidy(axes)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(panel.x_label)
    places = range(len(panel.names))
    axes.barh(places, panel.lengths, color=COLOURS[0], height=0.6)
    for place, length, note in zip(places, panel.lengths, panel.notes, strict=True):
        axes.annotate(note, (length, place), (4, 0), textcoords="offset points", va="center", fontsize=8.5)
    axes.set_yticks(places, panel.names)
    axes.invert_yaxis()
    axes.margins(x=0.15)
