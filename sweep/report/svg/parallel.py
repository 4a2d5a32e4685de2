"""Draws parallel coordinates, which a script of the page lets its reader brush."""

from __future__ import annotations

from sweep.report.graphs import Parallel
from sweep.report.svg.marks import Paint, element, line, text, width_of

HEIGHT, TOP, BOTTOM = 330.0, 34.0, 290.0
NONE = 308.0
"""Where lines pass that have no value on an axis."""

APART = 118.0
LEFT = 60.0
REACH = 13.0
"""Half of the width of what can be brushed."""


def draw_parallel(shown: Parallel) -> str:
    """Draw parallel coordinates for a page.

    Args:
        shown: the dimensions and the lines.

    Returns:
        an ``svg`` element; each line has its places, 0 to 1 from the bottom, in ``data-places``, and each dimension a
        rectangle of class ``brush``.
    """
    paint = Paint(is_themed=True)
    left = max(LEFT, 20 + max((width_of(words) for _, words in shown.dimensions[0].ticks), default=0.0))
    xs = [left + APART * number for number in range(len(shown.dimensions))]
    width = xs[-1] + 70.0
    marks = []
    # The best arms are drawn last, on top.
    for name, look, places in reversed(list(zip(shown.names, shown.looks, shown.places, strict=True))):
        points = " ".join(f"{x:g},{_height(place):.1f}" for x, place in zip(xs, places, strict=True))
        data = ",".join("" if place is None else f"{place:.4g}" for place in places)
        marks.append(
            f'<polyline class="arm" points="{points}" data-places="{data}" style="stroke:{paint.colour(look)}">'
            f"<title>{_escaped(name)}</title></polyline>"
        )
    has_none = any(place is None for places in shown.places for place in places)
    for number, (x, dimension) in enumerate(zip(xs, shown.dimensions, strict=True)):
        marks.append(line([(x, TOP), (x, BOTTOM)], paint.ink, "", 1))
        marks.append(text(x, 14, dimension.name, paint.ink, "middle", weight="bold"))
        for place, words in dimension.ticks:
            y = _height(place)
            marks.append(line([(x - 3, y), (x, y)], paint.ink, "", 1))
            # A halo, for the lines run behind the numbers.
            marks.append(text(x - 6, y + 4, words, paint.ink, "end").replace("<text", '<text class="halo"'))
        marks.append(
            f'<rect class="brush" data-axis="{number}" x="{x - REACH:g}" y="{TOP:g}" width="{2 * REACH:g}" '
            f'height="{BOTTOM - TOP:g}"/>'
        )
    if has_none:
        marks.append(text(xs[0] - width_of("ignored") / 2, NONE + 4, "ignored", paint.grey, "middle", 9.5))
    return element(width, HEIGHT, "Parallel coordinates of all arms", marks, paint)


def _height(place: float | None) -> float:
    return NONE if place is None else BOTTOM - place * (BOTTOM - TOP)


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;")
