"""What a figure shows, as plain records: the numbers are computed before, and drawing computes none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from numpy.typing import NDArray

Numbers: TypeAlias = Sequence[float] | NDArray[Any]
Scale = Literal["linear", "log"]


@dataclass(frozen=True)
class Line:
    """Points in order, joined or not.

    Args:
        label: in the legend; lines with the same label look the same in all panels of a chart.
        x: horizontal.
        y: vertical.
        kind: joined by a line, shown as points, or both.
        is_faint: thin and pale, behind the others; in the colour of the line of the same label, if there is one.
    """

    label: str
    x: Numbers
    y: Numbers
    kind: Literal["line", "points", "both"] = "line"
    is_faint: bool = False


@dataclass(frozen=True)
class Contour:
    """Lines of equal height: ``x: (n,)``, ``y: (m,)``, ``heights: (m, n)``, at ``levels`` in increasing order."""

    x: NDArray[Any]
    y: NDArray[Any]
    heights: NDArray[Any]
    levels: Numbers


@dataclass(frozen=True)
class Mark:
    """A point with a word beside it."""

    text: str
    x: float
    y: float
    kind: Literal["start", "minimum", "point"] = "point"


@dataclass(frozen=True)
class Guide:
    """A straight line across a panel with a word at its end, at ``x`` or at ``y``."""

    text: str
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True)
class Plot:
    """A panel with two axes.

    Args:
        title: above it.
        x_label: of the horizontal axis, with its unit.
        y_label: of the vertical axis, with its unit.
        lines: what is drawn.
        contour: behind the lines.
        marks: points with a name.
        guides: straight lines with a name.
        x_scale: of the horizontal axis.
        y_scale: of the vertical axis.
        x_limits: lowest and highest x; None fits them.
        y_limits: lowest and highest y; None fits them.
    """

    title: str
    x_label: str
    y_label: str
    lines: tuple[Line, ...]
    contour: Contour | None = None
    marks: tuple[Mark, ...] = ()
    guides: tuple[Guide, ...] = ()
    x_scale: Scale = "linear"
    y_scale: Scale = "linear"
    x_limits: tuple[float, float] | None = None
    y_limits: tuple[float, float] | None = None


@dataclass(frozen=True)
class Bars:
    """A panel with one horizontal bar a name and what it says at its end.

    Args:
        title: above it.
        x_label: of the lengths, with their unit.
        names: from the top.
        lengths: one a name.
        notes: at the end of each bar.
        hatched: True for bars apart from the others: a lower bound, or what they are compared with.
        scale: of the lengths; a logarithmic one begins at 1.
    """

    title: str
    x_label: str
    names: tuple[str, ...]
    lengths: Numbers
    notes: tuple[str, ...]
    hatched: tuple[bool, ...] = ()
    scale: Scale = "linear"


@dataclass(frozen=True)
class Cells:
    """A panel with rows of numbered cells, coloured by group.

    Args:
        title: above it.
        x_label: along a row.
        row_names: from the top.
        rows: per row (number, group) of each cell; groups from 0.
    """

    title: str
    x_label: str
    row_names: tuple[str, ...]
    rows: tuple[tuple[tuple[int, int], ...], ...]


Panel: TypeAlias = Plot | Bars | Cells


@dataclass(frozen=True)
class Chart:
    """Panels side by side.

    Args:
        panels: in reading order.
        columns: how many stand beside each other.
    """

    panels: tuple[Panel, ...]
    columns: int = 2
