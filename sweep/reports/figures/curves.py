"""Draws line panels with matplotlib: bands and crosses, contours below them, labelled points and guides above."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes

from sweep.reports.figures.axis_numbers import limit_and_number
from sweep.reports.figures.style import LINE, Style, look, tidy
from sweep.reports.graph_records import Contour, Curve, Curves, Guide, Mark
from sweep.reports.svg.marks import GREY, INK, PAPER
from sweep.reports.svg.scales import TICK_DIGITS, spelled

MOST_BANDS = 5
"""With more overlapping bands, each is drawn paler, so that the lines stay visible."""

BAND, PALE_BAND = 0.15, 0.06
"""Opacity of a band."""

SHADE = 0.3
"""Opacity at the highest contour level."""

DOTTED = (0, (2, 2))
"""Line style of targets and guides."""

MARKERS = {"start": "o", "minimum": "*", "point": "D"}


def draw_curves(axes: Axes, panel: Curves, style: Style) -> None:
    """Draw all lines of a panel in one plot, without a legend."""
    axes.set_xlabel(panel.x_label)
    axes.set_ylabel(panel.y_label)
    _begin(axes, panel)
    if panel.contour is not None:
        _contour(axes, panel.contour)
    for curve in panel.curves:
        _curve(axes, curve, style, BAND if len(panel.curves) <= MOST_BANDS else PALE_BAND)
    _finish(axes, panel, style)


def draw_one_of_many(axes: Axes, panel: Curves, number: int, style: Style) -> None:
    """Draw one line of a panel in front of all others in grey, without axis labels."""
    _begin(axes, panel)
    for curve in panel.curves:
        axes.plot(curve.x, curve.y, color=LINE, linewidth=0.8, drawstyle=_drawstyle(curve))
    _curve(axes, panel.curves[number], style, BAND)
    _finish(axes, panel, style)


def _begin(axes: Axes, panel: Curves) -> None:
    axes.set_xscale(panel.x_scale)
    axes.set_yscale(panel.y_scale)
    tidy(axes)


def _finish(axes: Axes, panel: Curves, style: Style) -> None:
    if panel.target is not None:
        target = f"target, {spelled(panel.target, TICK_DIGITS)}"
        axes.axhline(panel.target, color=style.grey, linewidth=1, linestyle=DOTTED, label=target)
    for guide in panel.guides:
        _guide(axes, guide)
    for mark in panel.marks:
        _mark(axes, mark)
    limit_and_number(axes, panel, style)


def _contour(axes: Axes, contour: Contour) -> None:
    axes.grid(visible=False)
    # The opacity increases with the height, so that it is visible on light and dark backgrounds.
    shades = [(INK, SHADE * step / len(contour.levels)) for step in range(len(contour.levels) + 1)]
    axes.contourf(contour.x, contour.y, contour.heights, contour.levels, colors=shades, extend="both")
    axes.contour(contour.x, contour.y, contour.heights, contour.levels, colors=GREY, linewidths=0.5, linestyles="solid")


def _drawstyle(curve: Curve) -> Literal["steps-post", "default"]:
    return "steps-post" if curve.is_step else "default"


def _curve(axes: Axes, curve: Curve, style: Style, band: float) -> None:
    is_behind = curve.tone != "full"
    colour, dashes = look(curve.look) if curve.tone != "grey" else (GREY, "-")
    axes.plot(
        curve.x,
        curve.y,
        color=colour,
        linestyle="none" if not curve.is_joined else "-" if is_behind else dashes,
        linewidth=0.8 if is_behind else 1.9,
        alpha=0.3 if curve.tone == "pale" else 1.0,
        marker=style.dots[curve.look % len(style.dots)] if curve.has_dots or not curve.is_joined else "",
        markersize=2.5 if is_behind and not curve.is_open else style.dot_size,
        markerfacecolor=PAPER if curve.is_open else colour,
        drawstyle=_drawstyle(curve),
        label=None if curve.tone == "pale" else curve.label,
        zorder=1.5 if is_behind else 2,
    )
    if len(curve.low):
        axes.fill_between(curve.x, curve.low, curve.high, color=colour, alpha=band, linewidth=0)
    if len(curve.crosses):
        # At the upper edge, offset per level, so that crosses at the same x do not overlap.
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


def _guide(axes: Axes, guide: Guide) -> None:
    grey: dict[str, Any] = {"color": GREY, "fontsize": 8}
    if guide.x is not None:
        axes.axvline(guide.x, color=GREY, linewidth=0.9, linestyle=DOTTED)
        beside = axes.get_xaxis_transform()
        axes.text(guide.x, 0.98, f" {guide.text}", transform=beside, va="top", rotation=90, ha="right", **grey)
    if guide.y is not None:
        axes.axhline(guide.y, color=GREY, linewidth=0.9, linestyle=DOTTED)
        axes.text(0.01, guide.y, guide.text, transform=axes.get_yaxis_transform(), va="bottom", **grey)


def _mark(axes: Axes, mark: Mark) -> None:
    size = 12 if mark.kind == "minimum" else 6
    form = MARKERS[mark.kind]
    axes.plot([mark.x], [mark.y], form, color=INK, markersize=size, markeredgecolor=PAPER, zorder=4)
    halo = [patheffects.withStroke(linewidth=2.5, foreground=PAPER)]
    axes.annotate(
        mark.text, (mark.x, mark.y), (7, 7), textcoords="offset points", fontsize=8.5, zorder=5, path_effects=halo
    )
