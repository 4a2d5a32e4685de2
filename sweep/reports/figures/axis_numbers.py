"""Sets the axis limits of a line panel and its tick labels."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.ticker import Formatter, FuncFormatter, MaxNLocator, NullFormatter

from sweep.reports.figures.style import Style
from sweep.reports.graph_records import Curves

NARROW, WIDE = 4, 100
"""Ratios of largest to smallest value below which all ticks, or those at 2 and 5, are labelled."""


def limit_and_number(axes: Axes, panel: Curves, style: Style) -> None:
    """Set limits and tick labels, after everything else is drawn.

    Args:
        axes: axes with the scales and lines of the panel.
        panel: panel that is drawn.
        style: whether ticks on logarithmic axes are labelled as powers of ten.
    """
    if panel.x_limits is not None:
        axes.set_xlim(panel.x_limits)
    if panel.y_limits is not None:
        axes.set_ylim(panel.y_limits)
    if style.has_powers:
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_minor_formatter(NullFormatter())
        return
    if panel.x_scale == "linear":
        limit_count(axes, panel)
    for axis, scale, (low, high) in (
        (axes.xaxis, panel.x_scale, axes.get_xlim()),
        (axes.yaxis, panel.y_scale, axes.get_ylim()),
    ):
        if scale == "log":
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            # Over less than two decades, labelling only powers of ten would leave a single label.
            axis.set_minor_formatter(minor_labels(high / low))


def limit_count(axes: Axes, panel: Curves, most: int | None = None) -> None:
    """Use integer ticks on a linear x-axis if all its values are integers; about ``most`` ticks if given."""
    is_whole = all(float(x) == round(float(x)) for curve in panel.curves for x in curve.x if math.isfinite(x))
    axes.xaxis.set_major_locator(MaxNLocator(most or 10, integer=is_whole, min_n_ticks=2))


def minor_labels(span: float) -> Formatter:
    """Formatter for the ticks between powers of ten.

    Args:
        span: ratio of the largest to the smallest value of the axis.

    >>> [minor_labels(span)(value, None) for span in (3.0, 50.0, 1000.0) for value in (0.2, 3.0)]
    ['0.2', '3', '0.2', '', '', '']
    """
    if span < NARROW:
        return FuncFormatter(lambda value, _: f"{value:g}")
    return FuncFormatter(_two_and_five) if span < WIDE else NullFormatter()


def _two_and_five(value: float, _: object) -> str:
    return f"{value:g}" if f"{value:e}"[0] in "25" else ""
