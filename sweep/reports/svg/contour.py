"""Draws the surface behind a contour plot: one colour between each two contour lines."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from sweep.reports.graph_records import Contour, Numbers
from sweep.reports.svg.heat import good_share
from sweep.reports.svg.marks import Paint
from sweep.reports.svg.scales import Axis


def draw_surface(contour: Contour, x_axis: Axis, y_axis: Axis, paint: Paint) -> Iterator[str]:
    """Draw the surface as rows of rectangles around its grid points.

    Neighbours of a row with the same colour are one rectangle, so that a fine grid needs few of them.

    Args:
        contour: the surface.
        x_axis: horizontal axis.
        y_axis: vertical axis.
        paint: colours.
    """
    limits = float(contour.levels[0]), float(contour.levels[-1])
    levels = np.asarray(contour.levels, dtype=np.float64)
    right = _edges(contour.x, x_axis)
    down = _edges(contour.y, y_axis)
    for row, heights in enumerate(np.asarray(contour.heights, dtype=np.float64)):
        start = 0
        bands = [_band(float(height), levels) for height in heights]
        for column in range(1, len(bands) + 1):
            if column < len(bands) and bands[column] == bands[start]:
                continue
            if (middle := bands[start]) is not None:
                fill, _ = paint.heat(good_share(middle, limits, is_low_good=contour.is_low_good))
                top, bottom = sorted((down[row], down[row + 1]))
                # Slightly larger than a cell, so that the background does not show through.
                yield (
                    f'<rect x="{right[start]:.1f}" y="{top:.1f}" width="{right[column] - right[start] + 0.4:.1f}" '
                    f'height="{bottom - top + 0.4:.1f}" style="fill:{fill}"/>'
                )
            start = column


def _band(height: float, levels: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float | None:
    """The middle of the two levels that a height lies between; None for a height that is not known."""
    if not math.isfinite(height):
        return None
    place = min(max(int(np.searchsorted(levels, height)), 1), len(levels) - 1)
    return float(levels[place - 1] + levels[place]) / 2


def _edges(values: Numbers, axis: Axis) -> list[float]:
    """Positions halfway between neighbours, and of the first and the last value themselves."""
    places = [axis.place(float(value)) for value in values]
    return [places[0], *((a + b) / 2 for a, b in pairwise(places)), places[-1]]
