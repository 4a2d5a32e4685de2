"""Draws parallel coordinates with axes that can be brushed by a script of the page."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from sweep.reports.graph_records import Dimension, Parallel
from sweep.reports.svg.letters import FONT, shortened, width_of
from sweep.reports.svg.marks import Paint, element, line, text

TOP, LEAST_HEIGHT = 34.0, 256.0
TICK = FONT + 3
"""Minimum distance of two ticks, so that their labels do not overlap."""

APART = 118.0
"""Minimum distance of two axes."""

LONGEST = 150.0
"""Maximum width of a tick label or of an axis name."""

KEY = 17.0
"""Height of a row of the legend."""

REACH = 13.0
"""Half the width of the brush area of an axis."""

LARGEST = 1.25
"""Maximum factor by which a page scales up a drawing with few axes, so that its text matches that of other drawings."""


def draw_parallel(shown: Parallel) -> str:
    """Draw parallel coordinates for a page.

    Args:
        shown: the axes and the lines.

    Returns:
        An ``svg`` element; each line has its positions, 0 to 1 from the bottom, in ``data-places``, and each axis a
        rectangle of class ``brush``.
    """
    paint = Paint(is_themed=True)
    # A text axis, unlike a numeric one, has to show all its ticks.
    texts = max((len(dimension.ticks) for dimension in shown.dimensions if not dimension.is_number), default=0)
    bottom = TOP + max(LEAST_HEIGHT, TICK * texts)
    none = bottom + 18
    xs, names = _places(shown.dimensions)
    width = xs[-1] + max(width_of(names[-1], is_bold=True) / 2, REACH) + 4
    marks = []
    # The best arms are drawn last, on top.
    for name, look, places in reversed(list(zip(shown.names, shown.looks, shown.places, strict=True))):
        points = " ".join(f"{x:g},{_height(place, bottom):.1f}" for x, place in zip(xs, places, strict=True))
        data = ",".join("" if place is None else f"{place:.4g}" for place in places)
        marks.append(
            f'<polyline class="arm" points="{points}" data-places="{data}" style="stroke:{paint.colour(look)}">'
            f"<title>{escape(name, quote=False)}</title></polyline>"
        )
    for number, (x, dimension) in enumerate(zip(xs, shown.dimensions, strict=True)):
        marks.append(line([(x, TOP), (x, bottom)], paint.ink, "", 1))
        marks.append(text(x, 14, names[number], paint.ink, "middle", weight="bold", whole=dimension.name))
        for y, words in _clear(dimension, bottom):
            marks.append(line([(x - 3, y), (x, y)], paint.ink, "", 1))
            short = shortened(words, LONGEST)
            marks.append(text(x - 6, y + 4, short, paint.ink, "end", whole=words, is_over_lines=True))
        marks.append(
            f'<rect class="brush" data-axis="{number}" x="{x - REACH:g}" y="{TOP:g}" width="{2 * REACH:g}" '
            f'height="{bottom - TOP:g}"/>'
        )
    if any(place is None for places in shown.places for place in places):
        marks.append(text(0, none + 14, shown.absent, paint.grey))
    below = none + 22
    for look, words, x, row in _legend(shown.legend, width):
        below = none + 22 + KEY * (row + 1)
        marks.append(line([(x, below - 7), (x + 22, below - 7)], paint.colour(look), "", 3))
        marks.append(text(x + 28, below - 3, words, paint.ink))
    return element(width, below, "Parallel coordinates of all arms", marks, paint, largest=LARGEST)


def _legend(names: tuple[str, ...], width: float) -> Iterator[tuple[int, str, float, int]]:
    """Index, text, position and row of each entry, as many in a row as fit."""
    x, row = 0.0, 0
    for look, words in enumerate(names):
        wide = width_of(words) + 44
        if x and x + wide > width:
            x, row = 0.0, row + 1
        yield look, words, x, row
        x += wide


def _places(dimensions: tuple[Dimension, ...]) -> tuple[list[float], list[str]]:
    """Positions of the axes, spaced so that names and tick labels fit, and their names."""
    names = [shortened(dimension.name, LONGEST, is_bold=True) for dimension in dimensions]
    halves = [width_of(name, is_bold=True) / 2 for name in names]
    words = [
        max((min(width_of(text), LONGEST) for _, text in dimension.ticks), default=0.0) + 10 for dimension in dimensions
    ]
    xs = [max(halves[0], words[0]) + 2]
    for number in range(1, len(dimensions)):
        xs.append(xs[-1] + max(APART, words[number] + REACH, halves[number - 1] + halves[number] + 10))
    return xs, names


def _clear(dimension: Dimension, bottom: float) -> Iterator[tuple[float, str]]:
    """The ticks from the bottom, without those whose labels would overlap."""
    last = None
    for place, words in sorted(dimension.ticks):
        y = _height(place, bottom)
        if last is None or last - y >= FONT + 1:
            yield y, words
            last = y


def _height(place: float | None, bottom: float) -> float:
    return bottom + 18 if place is None else bottom - place * (bottom - TOP)
