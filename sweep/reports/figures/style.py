"""The style of all figures: colours, line styles, axes and file formats."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from sweep.reports.svg.marks import (
    COLOURS,
    DARK_COLOURS,
    DARK_GREY,
    DARK_INK,
    DARK_PAPER,
    GREY,
    INK,
    PAPER,
)

STYLES = ("-", "--", "-.", ":")
"""Distinguishable in greyscale print."""

DPI = 150

LINE, DARK_LINE = "#b0b0b0", "#5a6066"
"""Colours of the grid and the spines."""

LETTERS: dict[Any, Any] = dict.fromkeys(
    ("text.color", "axes.labelcolor", "xtick.color", "ytick.color", "axes.edgecolor"), INK
)
"""Matplotlib writes no colour for black text, so that it could not be recoloured in dark mode."""

DARK = {
    **dict(zip(COLOURS, DARK_COLOURS, strict=True)),
    INK: DARK_INK,
    GREY: DARK_GREY,
    PAPER: DARK_PAPER,
    LINE: DARK_LINE,
}
"""Maps each colour of a figure to its colour on a dark page."""


@dataclass(frozen=True)
class Picture:
    """One figure as PNG bytes and SVG text."""

    png: bytes
    svg: str


@dataclass(frozen=True, kw_only=True)
class Style:
    """The style parameters in which figures of reports and of the lecture differ.

    Args:
        dots: marker shape by index of the look.
        dot_size: marker size in points.
        grey: colour of de-emphasized elements.
        has_powers: whether logarithmic axes are labelled with powers of ten instead of plain numbers.
        bar_height: height of a bar as a share of its row.
        bar_edge: width of the outline of a bar, in points.
        bar_margin: margin beyond the longest bar, as a share of the axis.
    """

    dots: str
    dot_size: float
    grey: str
    has_powers: bool
    bar_height: float
    bar_edge: float
    bar_margin: float


OF_REPORT = Style(
    dots="osD^vPX", dot_size=4.5, grey="#777777", has_powers=False, bar_height=0.6, bar_edge=0.0, bar_margin=0.15
)
OF_LECTURE = Style(dots="o", dot_size=4.0, grey=GREY, has_powers=True, bar_height=0.65, bar_edge=1.0, bar_margin=0.18)


def look(number: int) -> tuple[str, str]:
    """Colour and line style of that index; the first 48 are all different.

    >>> look(0), look(12)
    (('#0072b2', '-'), ('#0072b2', '--'))
    """
    return COLOURS[number % len(COLOURS)], STYLES[(number + number // len(COLOURS)) % len(STYLES)]


def tidy(axes: Axes) -> None:
    """Draw a pale grid and remove the top and right spines."""
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)


def as_png(figure: Figure) -> bytes:
    """Render the figure as PNG."""
    buffer = io.BytesIO()
    FigureCanvasAgg(figure).print_png(buffer)  # type: ignore[no-untyped-call]
    return buffer.getvalue()


def as_svg(figure: Figure) -> str:
    """Render the figure as SVG; the output is deterministic."""
    buffer = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": "sweep"}):
        FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None})  # type: ignore[no-untyped-call]
    return buffer.getvalue()


def themed(svg: str) -> str:
    """Make the colours of a figure follow the theme of the page, light or dark.

    Args:
        svg: SVG text, as returned by `as_svg`.
    """
    names = {colour: f"--t{number}" for number, colour in enumerate(DARK)}
    light = "".join(f"{name}:{colour};" for colour, name in names.items())
    dark = "".join(f"{name}:{DARK[colour]};" for colour, name in names.items())
    style = f"<style>:root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}</style>"
    known = re.compile("|".join(names), re.IGNORECASE)
    head, opening, body = svg.partition("<defs>")
    return head + style + opening + known.sub(lambda found: f"var({names[found[0].lower()]})", body)
