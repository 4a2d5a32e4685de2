"""How all figures look: colours, line styles, axes, and the files that they become."""

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
"""Told apart in grey print."""

DPI = 150

LINE, DARK_LINE = "#b0b0b0", "#5a6066"
"""Of the grid and the edges."""

LETTERS: dict[Any, Any] = dict.fromkeys(
    ("text.color", "axes.labelcolor", "xtick.color", "ytick.color", "axes.edgecolor"), INK
)
"""Matplotlib gives letters that are black no colour, so that nothing could give them another in the dark."""

DARK = {
    **dict(zip(COLOURS, DARK_COLOURS, strict=True)),
    INK: DARK_INK,
    GREY: DARK_GREY,
    PAPER: DARK_PAPER,
    LINE: DARK_LINE,
}
"""Colour of a picture -> the colour that it has on a dark page."""


@dataclass(frozen=True)
class Picture:
    """One figure as the bytes of a PNG file and the text of an SVG file."""

    png: bytes
    svg: str


@dataclass(frozen=True, kw_only=True)
class Style:
    """In what the panels of a report and those of the lecture differ.

    Args:
        dots: form of the marked points by the number of their look.
        dot_size: in points.
        grey: of what stands back.
        has_powers: whether logarithmic axes are numbered with powers of ten, else with plain numbers.
        bar_height: as a share of a row.
        bar_edge: width of the line around a bar, in points.
        bar_margin: room beside the longest bar, as a share of the axis.
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
    """Colour and style of the line of that number; no two of the first 48 are the same.

    >>> look(0), look(12)
    (('#0072b2', '-'), ('#0072b2', '--'))
    """
    return COLOURS[number % len(COLOURS)], STYLES[(number + number // len(COLOURS)) % len(STYLES)]


def tidy(axes: Axes) -> None:
    """Keep what helps to read: a pale grid, and no frame at the top and the right."""
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)


def as_png(figure: Figure) -> bytes:
    """The figure as a PNG file."""
    buffer = io.BytesIO()
    FigureCanvasAgg(figure).print_png(buffer)  # type: ignore[no-untyped-call]
    return buffer.getvalue()


def as_svg(figure: Figure) -> str:
    """The figure as an SVG file, the same text for the same figure."""
    buffer = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": "sweep"}):
        FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None})  # type: ignore[no-untyped-call]
    return buffer.getvalue()


def themed(svg: str) -> str:
    """A picture whose colours follow the page that shows it: dark on light, or light on dark.

    Args:
        svg: as `as_svg` makes it.
    """
    names = {colour: f"--t{number}" for number, colour in enumerate(DARK)}
    light = "".join(f"{name}:{colour};" for colour, name in names.items())
    dark = "".join(f"{name}:{DARK[colour]};" for colour, name in names.items())
    style = f"<style>:root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}</style>"
    known = re.compile("|".join(names), re.IGNORECASE)
    head, opening, body = svg.partition("<defs>")
    return head + style + opening + known.sub(lambda found: f"var({names[found[0].lower()]})", body)
