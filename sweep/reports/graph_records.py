"""Plain records of what a figure shows, with all numbers computed before drawing."""

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
        label: label in the legend.
        look: index of the colour and line style; a level has the same index in every figure.
        x: (n,) horizontal coordinates.
        y: (n,) vertical coordinates.
        low: (n,) lower end of the band around the line; empty for no band.
        high: (n,) upper end of the band; empty for no band.
        crosses: x coordinates of divergences, marked at the top edge.
        is_step: whether the value is constant until the next point.
        has_dots: whether points are marked.
        is_joined: False for markers without a line.
        is_open: whether the markers are outlines.
        tone: ``pale`` (its own colour, not in the legend) and ``grey`` lines are thin and drawn behind the others.
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
    is_open: bool = False
    tone: Literal["full", "pale", "grey"] = "full"


@dataclass(frozen=True)
class Contour:
    """Contour lines of a surface.

    Args:
        x: (n,) ascending.
        y: (m,) ascending.
        heights: (m, n), NaN where the surface is not known.
        levels: heights of the lines, in increasing order.
        measure: label of the heights, with unit, for a figure with a colour bar; empty for one without.
        is_low_good: whether lower heights are better and drawn in brighter colours.
    """

    x: NDArray[Any]
    y: NDArray[Any]
    heights: NDArray[Any]
    levels: Numbers
    measure: str = ""
    is_low_good: bool = True


@dataclass(frozen=True)
class Mark:
    """A point with a text label."""

    text: str
    x: float
    y: float
    kind: Literal["start", "minimum", "point"] = "point"


@dataclass(frozen=True)
class Guide:
    """A straight line across a panel at ``x`` or ``y``, with a text label at its end."""

    text: str
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True)
class Curves:
    """A panel of lines.

    Args:
        title: title of the panel.
        x_label: label of the x-axis, with unit.
        y_label: label of the y-axis, with unit.
        curves: lines, in the order of the legend.
        x_scale: scale of the x-axis.
        y_scale: scale of the y-axis.
        target: y of a horizontal target line; None for none.
        y_limits: lowest and highest y shown; None fits the data.
        x_limits: lowest and highest x shown; None fits the data.
        contour: contour lines, drawn behind the curves.
        marks: labelled points.
        guides: labelled straight lines.
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
    """One row of a forest plot: a value, its interval and a note; infinite ends are drawn as arrows."""

    label: str
    value: float
    low: float
    high: float
    note: str
    is_shown: bool


@dataclass(frozen=True)
class Forest:
    """A forest plot: a column of intervals around a line of no difference."""

    title: str
    x_label: str
    rows: tuple[Interval, ...]
    none_at: float = 0.0


@dataclass(frozen=True)
class Heat:
    """A heat map.

    Args:
        title: title of the panel.
        x_label: label of the columns.
        y_label: label of the rows.
        x_names: (C,) names of the columns, from the left.
        y_names: (R,) names of the rows, from the bottom.
        values: (R, C), NaN where no trial ended with a result.
        notes: (R, C) text of each cell.
        is_low_good: whether lower values are better and drawn in brighter colours.
        limits: lowest and highest value of the colour scale, shared by all panels of a figure.
        measure: label of the values, with unit.
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
        title: title of the panel.
        x_label: label of the x-axis.
        names: labels of the bars, from the top.
        lengths: one length per name.
        notes: text at the end of each bar.
        hatched: True for bars that are set apart, for example a lower bound or a reference; empty for none.
        scale: scale of the lengths; a logarithmic scale starts at 1.
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
        title: title of the panel.
        x_label: label of the x-axis.
        row_names: names of the rows, from the top.
        rows: (number, group) of each cell of each row; groups start at 0.
    """

    title: str
    x_label: str
    row_names: tuple[str, ...]
    rows: tuple[tuple[tuple[int, int], ...], ...]


Panel: TypeAlias = Curves | Forest | Heat | Shares | Cells


@dataclass(frozen=True)
class View:
    """An alternative view of a figure: the names of its x-axis and y-axis, and the panels."""

    x: str
    y: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Graph:
    """A figure: a heading, a sentence on how to read it, and panels.

    Args:
        name: base name of its files, for example ``learning-curves``.
        heading: heading of the figure.
        caption: what the figure shows and how to read it.
        panels: each is a separate picture, so that they wrap on a narrow screen.
        views: views that the reader of a page can select in place of ``panels``; the first is the default.
    """

    name: str
    heading: str
    caption: str
    panels: tuple[Panel, ...]
    views: tuple[View, ...] = ()


@dataclass(frozen=True)
class Dimension:
    """A vertical axis of parallel coordinates: its name, and the position (0 to 1) and text of each tick.

    Args:
        name: name of the axis.
        ticks: position and text of each tick.
        is_number: whether the axis is numeric, so that ticks may be omitted; text ticks must all be shown.
    """

    name: str
    ticks: tuple[tuple[float, str], ...]
    is_number: bool = True


@dataclass(frozen=True)
class Parallel:
    """Parallel coordinates: one line per arm across all dimensions.

    Args:
        dimensions: axes, from the left.
        names: (L,) labels of the lines.
        looks: (L,) index of the colour of each line.
        places: (L, D) position of each line on each axis, 0 to 1; None where it has no value.
        absent: note on lines without a value.
        legend: what the colours stand for, by look; empty if they are those of the other figures.
    """

    dimensions: tuple[Dimension, ...]
    names: tuple[str, ...]
    looks: tuple[int, ...]
    places: tuple[tuple[float | None, ...], ...]
    absent: str = "ignored: by an optimizer that does not use it"
    legend: tuple[str, ...] = ()
