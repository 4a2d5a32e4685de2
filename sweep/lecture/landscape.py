"""Converts surfaces, and the paths of optimizers on them, to panels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sweep.lecture.labelled_lines import line
from sweep.reports.graph_records import Contour, Curves, Mark
from trainers.surfaces import Surface, heights

if TYPE_CHECKING:
    import pandas as pd

MOST_POINTS = 35
"""Longer paths are drawn without a marker at each step."""

GRID = 161
"""Number of grid points of a contour plot along each axis."""


def contour(surface: Surface, levels: int = 14) -> Contour:
    """Contour of a surface within its plot limits, with levels closer together near the bottom of a valley."""
    left, right, low, high = surface.limits
    x, y = np.linspace(left, right, GRID), np.linspace(low, high, GRID)
    z = surface.value(*np.meshgrid(x, y))
    if surface.minima:
        ladder = float(z.min()) + (float(z.max()) - float(z.min())) * np.linspace(0.0, 1.0, levels + 1)[1:] ** 3
    else:
        # Levels around zero, where the saddle is, at quantiles of the height.
        ladder = np.unique(np.round(np.quantile(z, np.linspace(0.03, 0.97, levels)), 3))
    return Contour(x, y, z, ladder)


def path_plot(title: str, surface: Surface, paths: Mapping[str, NDArray[Any]]) -> Curves:
    """Plot paths from above.

    Args:
        title: title of the panel.
        surface: surface whose contour is drawn below the paths.
        paths: maps label to path, (T + 1, 2).
    """
    left, right, low, high = surface.limits
    marks = [Mark("start", *surface.start, kind="start")]
    marks += [Mark("minimum", x, y, kind="minimum") for x, y in surface.minima]
    # Markers on every step would hide a long path.
    lines = tuple(
        line(label, path[:, 0], path[:, 1], has_dots=len(path) <= MOST_POINTS) for label, path in paths.items()
    )
    return Curves(
        title,
        "x",
        "y",
        lines,
        y_limits=(low, high),
        x_limits=(left, right),
        contour=contour(surface),
        marks=tuple(marks),
    )


def path_table(surface: Surface, paths: Mapping[str, NDArray[Any]], label: str = "optimizer") -> pd.DataFrame:
    """One row per step of each path: ``<label> step x y f``."""
    import pandas as pd

    tables = [
        pd.DataFrame(
            {
                label: name,
                "step": np.arange(len(path)),
                "x": path[:, 0],
                "y": path[:, 1],
                "f": heights(surface, path),
            }
        )
        for name, path in paths.items()
    ]
    return pd.concat(tables, ignore_index=True)
