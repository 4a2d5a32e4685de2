"""What a figure shows, as plain records: the numbers are computed before, and drawing computes none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from numpy.typing import NDArray

Numbers: TypeAlias = Sequence[float] | NDArray[Any]
Scale: TypeAlias = Literal["linear", "log"]


@dataclass(frozen=True)
class Curve:
    """One line of a figure.

    Args:
        label: in the legend.
        look: number of its colour and style; the same level has the same in every figure.
        x: horizontal; (n,).
        y: vertical; (n,).
        low: lower end of the band around it; (n,), empty for no band.
        high: upper end; (n,).
        crosses: x where something diverged, marked at the top edge.
        is_step: constant until the next point.
        has_dots: whether the points are marked.
        is_joined: False for marked points without a line.
        tone: ``pale`` (of its look, in no legend) and ``grey`` are thin and lie behind the others.
    """

    label: str
    look: int
    x: Numbers
    y: Numbers
    low: Numbers = ()
    high: Numbers = ()
    crosses: Numbers = ()
    is_step: bool = False
    has_dots: bool = False
    is_joined: bool = True
    tone: Literal["full", "pale", "grey"] = "full"


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
class Curves:
    """A panel of lines.

    Args:
        title: above it.
        x_label: with its unit.
        y_label: with its unit.
        curves: in the order of the legend.
        x_scale: of the horizontal axis.
        y_scale: of the vertical axis.
        target: a horizontal line there; None for none.
        y_limits: lowest and highest y shown; None fits them.
        x_limits: lowest and highest x shown; None fits them.
        contour: behind the lines.
        marks: points with a name.
        guides: straight lines with a name.
    """

    title: str
    x_label: str
    y_label: str
    curves: tuple[Curve, ...]
    x_scale: Scale = "linear"
    y_scale: Scale = "linear"
    target: float | None = None
    y_limits: tuple[float, float] | None = None
    x_limits: tuple[float, float] | None = None
    contour: Contour | None = None
    marks: tuple[Mark, ...] = ()
    guides: tuple[Guide, ...] = ()


@dataclass(frozen=True)
class Interval:
    """One row of a forest plot: a value, its interval, and what is said of it; infinite ends become arrows."""

    label: str
    value: float
    low: float
    high: float
    note: str
    is_shown: bool


@dataclass(frozen=True)
class Forest:
    """A panel of intervals, one below the other, about a line that means no difference."""

    title: str
    x_label: str
    rows: tuple[Interval, ...]
    none_at: float = 0.0


@dataclass(frozen=True)
class Heat:
    """A panel of cells.

    Args:
        title: above it.
        x_label: name of the columns.
        y_label: name of the rows.
        x_names: of the columns, from the left; (C,).
        y_names: of the rows, from the bottom; (R,).
        values: (R, C), NaN where no trial ended well.
        notes: what each cell says; (R, C).
        is_low_good: whether small values are drawn strong.
        limits: lowest and highest value of the colours, the same in all panels of a figure.
        measure: what the values are, with their unit.
    """

    title: str
    x_label: str
    y_label: str
    x_names: tuple[str, ...]
    y_names: tuple[str, ...]
    values: NDArray[Any]
    notes: tuple[tuple[str, ...], ...]
    is_low_good: bool
    limits: tuple[float, float]
    measure: str


@dataclass(frozen=True)
class Shares:
    """A panel of horizontal bars.

    Args:
        title: above it.
        x_label: of the lengths.
        names: from the top.
        lengths: one a name.
        notes: at the end of each bar.
        hatched: True for bars apart from the others: a lower bound, or what they are compared with; empty for none.
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


Panel: TypeAlias = Curves | Forest | Heat | Shares | Cells


@dataclass(frozen=True)
class View:
    """Another way to look at a figure: what its horizontal and its vertical axis are, and the panels."""

    x: str
    y: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Graph:
    """A figure: a heading, a sentence on how to read it, and panels.

    Args:
        name: of its files, such as ``learning-curves``.
        heading: above it.
        caption: what it shows and how to read it.
        panels: each is a picture of its own, so that they wrap on a narrow screen.
        views: what a page lets its reader choose from in place of ``panels``, the first shown at first.
    """

    name: str
    heading: str
    caption: str
    panels: tuple[Panel, ...]
    views: tuple[View, ...] = ()


@dataclass(frozen=True)
class Dimension:
    """An upright axis of parallel coordinates: its name, and the place (0 to 1) and text of each tick.

    Args:
        name: above it.
        ticks: place and text of each.
        is_number: whether it measures, so that ticks may be left out; texts must all be shown.
    """

    name: str
    ticks: tuple[tuple[float, str], ...]
    is_number: bool = True


@dataclass(frozen=True)
class Parallel:
    """Parallel coordinates: a line per arm over all dimensions.

    Args:
        dimensions: from the left.
        names: of the lines; (L,).
        looks: number of the colour of each line; (L,).
        places: of each line, 0 to 1 on each dimension, None where it has no value there; (L, D).
    """

    dimensions: tuple[Dimension, ...]
    names: tuple[str, ...]
    looks: tuple[int, ...]
    places: tuple[tuple[float | None, ...], ...]
