"""Draws panels of horizontal bars with matplotlib."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter

from sweep.reports.figures.style import LINE, Style, tidy
from sweep.reports.graph_records import Shares
from sweep.reports.svg.marks import COLOURS, GREY


def draw_shares(axes: Axes, panel: Shares, style: Style) -> None:
    """Draw the bars with their names, and the note at the end of each."""
    tidy(axes)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(panel.x_label)
    hatched = panel.hatched or (False,) * len(panel.names)
    places = range(len(panel.names))
    axes.barh(
        places,
        panel.lengths,
        color=[LINE if apart else COLOURS[0] for apart in hatched],
        hatch=["//" if apart else "" for apart in hatched],
        edgecolor=[GREY if apart else COLOURS[0] for apart in hatched],
        linewidth=style.bar_edge,
        height=style.bar_height,
    )
    axes.set_xscale(panel.scale)
    if panel.scale == "log":
        axes.set_xlim(left=1.0)
        axes.xaxis.set_minor_formatter(NullFormatter())
    for place, length, note in zip(places, panel.lengths, panel.notes, strict=True):
        axes.annotate(note, (length, place), (4, 0), textcoords="offset points", va="center", fontsize=8.5)
    axes.set_yticks(places, panel.names)
    axes.invert_yaxis()
    axes.margins(x=style.bar_margin)
