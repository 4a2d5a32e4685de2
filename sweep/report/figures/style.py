"""How all figures look: colours, line styles, axes, and the files that they become."""

from __future__ import annotations

import io
from dataclasses import dataclass

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Told apart by colour-blind people: Okabe and Ito (2008), Color Universal Design, without its yellow, which is
too pale for a line on white."""

STYLES = ("-", "--", "-.", ":")
"""Told apart in grey print."""

DPI = 150


@dataclass(frozen=True)
class Picture:
    """One figure as the bytes of a PNG file and the text of an SVG file."""

    png: bytes
    svg: str


def look(number: int) -> tuple[str, str]:
    """Colour and style of the line of that number; no two of the first 28 are the same.

    >>> look(0), look(7)
    (('#0072B2', '-'), ('#0072B2', '--'))
    """
    return COLOURS[number % len(COLOURS)], STYLES[(number + 2 * (number // len(COLOURS))) % len(STYLES)]


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
