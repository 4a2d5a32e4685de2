"""Draws panels of rows of numbered cells with matplotlib."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from sweep.reports.graph_records import Cells
from sweep.reports.svg.marks import PAPER

COLOURS = ("#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#F0E442", "#D55E00")
"""Bright enough for black digits."""

DIGITS = "#111111"
"""Colour of the digits in all themes, because cells are equally bright on a dark page."""


def draw_cells(axes: Axes, panel: Cells) -> None:
    """Draw the rows from the top, each cell with its number and the colour of its group."""
    axes.set_xlabel(panel.x_label)
    for place, row in enumerate(panel.rows):
        for column, (number, group) in enumerate(row):
            colour = COLOURS[group % len(COLOURS)]
            axes.add_patch(Rectangle((column, place - 0.4), 1, 0.8, facecolor=colour, edgecolor=PAPER, linewidth=1))
            axes.text(column + 0.5, place, str(number), ha="center", va="center", fontsize=8, color=DIGITS)
    axes.set_xlim(0, max(map(len, panel.rows)))
    axes.set_ylim(len(panel.rows) - 0.4, -0.6)
    axes.set_yticks(range(len(panel.rows)), panel.row_names)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
    axes.tick_params(length=0)
