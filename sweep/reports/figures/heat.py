"""Draws heat maps with matplotlib: coloured cells, each annotated with text."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from sweep.reports.graph_records import Heat

ON_DARK, ON_BRIGHT, ON_PAPER = "#ffffff", "#111111", "#000000"
"""Text colours on a dark cell, on a bright cell, and where there is no value."""


def draw_heat(axes: Axes, panel: Heat) -> None:
    """Draw the cells, with a colour bar beside them."""
    shown = np.ma.masked_invalid(panel.values)
    low, high = panel.limits
    colours = "cividis_r" if panel.is_low_good else "cividis"
    mesh = axes.pcolormesh(shown, cmap=colours, vmin=low, vmax=high, edgecolors="white", linewidth=1)
    axes.figure.colorbar(mesh, ax=axes, label=panel.measure)
    for row, names in enumerate(panel.notes):
        for column, note in enumerate(names):
            value = shown[row, column]
            # The upper half of the colour map is bright.
            share = (value - low) / ((high - low) or 1.0)
            is_dark = not np.ma.is_masked(value) and (1 - share if panel.is_low_good else share) < 0.5
            colour = ON_DARK if is_dark else ON_PAPER if np.ma.is_masked(value) else ON_BRIGHT
            axes.text(column + 0.5, row + 0.5, note, ha="center", va="center", fontsize=8.5, color=colour)
    axes.set_xlabel(panel.x_label)
    axes.set_ylabel(panel.y_label)
    axes.set_xticks(np.arange(len(panel.x_names)) + 0.5, panel.x_names)
    axes.set_yticks(np.arange(len(panel.y_names)) + 0.5, panel.y_names)
    axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
    axes.tick_params(length=0)
