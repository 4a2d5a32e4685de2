"""Learning curves: a metric over the epochs, one line an arm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sweep.report.figures.style import DPI, as_png, look, tidy

if TYPE_CHECKING:
    import pandas as pd


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
    figure = Figure(figsize=(8, 4.8), dpi=DPI, layout="constrained")
    axes = figure.subplots()
    for number, (arm_id, label) in enumerate(labels.items()):
        rows = curves[curves["arm_id"] == arm_id]
        colour, style = look(number)
        axes.plot(rows["epoch"], rows["mean"], color=colour, linestyle=style, linewidth=2, label=label)
        axes.fill_between(rows["epoch"], rows["low"], rows["high"], color=colour, alpha=0.15, linewidth=0)
    axes.set_xlabel("epoch")
    axes.set_ylabel(metric)
    axes.set_title(title, loc="left", wrap=True)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    tidy(axes)
    axes.legend(frameon=False)
    return as_png(figure)
