"""Draws forest plots with matplotlib: a column of intervals around a line of no difference."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sweep.reports.figures.style import Style, tidy
from sweep.reports.graph_records import Forest
from sweep.reports.svg.marks import COLOURS


def draw_forest(axes: Axes, panel: Forest, style: Style) -> None:
    """Draw the intervals; infinite ends become arrows at the edge."""
    tidy(axes)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(panel.x_label)
    axes.axvline(panel.none_at, color=style.grey, linewidth=1)
    ends = [end for row in panel.rows for end in (row.value, row.low, row.high) if math.isfinite(end)]
    ends.append(panel.none_at)
    span = (max(ends) - min(ends)) or 1.0
    left, right = min(ends) - 0.08 * span, max(ends) + 0.08 * span
    for place, row in enumerate(panel.rows):
        colour = COLOURS[0] if row.is_shown else style.grey
        dashes = "-" if row.is_shown else (0, (3, 2))
        low, high = max(row.low, left), min(row.high, right)
        if math.isfinite(row.value):
            axes.plot([low, high], [place, place], color=colour, linewidth=2, linestyle=dashes)
            axes.plot(
                [row.value], [place], "o", color=colour, markersize=6, fillstyle="full" if row.is_shown else "none"
            )
            if not math.isfinite(row.low):
                axes.plot([left], [place], "<", color=colour, markersize=6)
            if not math.isfinite(row.high):
                axes.plot([right], [place], ">", color=colour, markersize=6)
        axes.annotate(
            row.note, (1, place), (-2, 5), xycoords=axes.get_yaxis_transform(), textcoords="offset points",
            ha="right", fontsize=8, color=style.grey,
        )  # fmt: skip
    axes.set_xlim(left - 0.02 * span, right + 0.02 * span)
    axes.set_ylim(len(panel.rows) - 0.4, -0.8)
    axes.set_yticks(range(len(panel.rows)), [row.label for row in panel.rows])
    axes.xaxis.set_major_locator(MaxNLocator(6))
