"""What a figure of a report shows, as plain records: the numbers are computed before, and drawing computes none."""

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
    """

    title: str
    x_label: str
    y_label: str
    curves: tuple[Curve, ...]
    x_scale: Scale = "linear"
    y_scale: Scale = "linear"
    target: float | None = None
    y_limits: tuple[float, float] | None = None


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
    """

    title: str
    x_label: str
    names: tuple[str, ...]
    lengths: tuple[float, ...]
    notes: tuple[str, ...]


Panel: TypeAlias = Curves | Forest | Heat | Shares


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
