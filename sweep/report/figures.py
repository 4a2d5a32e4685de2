"""Draws figures from plain tables; the only module that imports matplotlib."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

if TYPE_CHECKING:
    import pandas as pd

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")
"""Told apart by colour-blind people: Okabe and Ito (2008), Color Universal Design."""

STYLES = ("-", "--", "-.", ":")
"""Told apart in grey print."""


def learning_curves(curves: pd.DataFrame, labels: Mapping[str, str], metric: str, title: str) -> bytes:
    """Draw the mean of each arm with the range over its seeds.

    Args:
        curves: ``arm_id epoch mean low high``, from `sweep.analysis.curves.learning_curves`.
        labels: arm id -> its name in the legend, in the order of drawing.
        metric: the name of the vertical axis.
        title: above the figure.

    Returns:
        A PNG.
    """
    figure = Figure(figsize=(8, 4.8), dpi=150, layout="constrained")
    axes = figure.subplots()
    for number, (arm_id, label) in enumerate(labels.items()):
        rows = curves[curves["arm_id"] == arm_id]
        colour, style = COLOURS[number % len(COLOURS)], STYLES[number % len(STYLES)]
        axes.plot(rows["epoch"], rows["mean"], color=colour, linestyle=style, linewidth=2, label=label)
        axes.fill_between(rows["epoch"], rows["low"], rows["high"], color=colour, alpha=0.15, linewidth=0)
    axes.set_xlabel("epoch")
    axes.set_ylabel(metric)
    axes.set_title(title, loc="left", wrap=True)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    buffer = io.BytesIO()
    FigureCanvasAgg(figure).print_png(buffer)  # type: ignore[no-untyped-call]
    return buffer.getvalue()
