"""The elements that panels are drawn of, and their colours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

Points = Sequence[tuple[float, float]]

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#1b1b1b")
"""Told apart by colour-blind people: Okabe and Ito (2008), Color Universal Design, without its yellow, which is too
pale for a line on white."""

DASHES = ("", "6 3", "8 3 2 3", "2 3")
"""Told apart in grey print."""

HEAT = ((0, 32, 77), (64, 77, 107), (124, 123, 120), (188, 175, 111), (255, 234, 70))
"""From low to high; bright is good, also in grey print (cividis)."""

FONT = 11.0
LETTER = 0.56
"""Width of a letter over the height of its font, on average and rounded up."""


@dataclass(frozen=True)
class Paint:
    """Colours of a drawing.

    Args:
        is_themed: whether the variables of a page give them, or they are fixed.
    """

    is_themed: bool

    def _named(self, variable: str, colour: str) -> str:
        return f"var(--{variable})" if self.is_themed else colour

    @property
    def ink(self) -> str:
        """Of letters."""
        return self._named("ink", "#1b1b1b")

    @property
    def grey(self) -> str:
        """Of what stands back."""
        return self._named("grey", "#6b6b6b")

    @property
    def line(self) -> str:
        """Of axes."""
        return self._named("line", "#b0b0b0")

    @property
    def edge(self) -> str:
        """Of the grid."""
        return self._named("edge", "#e3e5e8")

    def colour(self, number: int) -> str:
        """Of the level of that number."""
        place = number % len(COLOURS)
        return self.ink if place == len(COLOURS) - 1 else self._named(f"c{place}", COLOURS[place])

    def look(self, number: int) -> tuple[str, str]:
        """Colour and dashes of the line of that number; no two of the first 28 are the same."""
        return self.colour(number), DASHES[(number + 2 * (number // len(COLOURS))) % len(DASHES)]

    def heat(self, share: float | None) -> tuple[str, str]:
        """Fill of a cell and the ink on it, from 0 (bad) to 1 (good); None is a cell without a number.

        >>> Paint(False).heat(1.0)
        ('#ffea46', '#111')
        """
        if share is None:
            return "none", self.ink
        place = min(share, 1.0) * (len(HEAT) - 1)
        first = min(int(place), len(HEAT) - 2)
        mixed = [a + (b - a) * (place - first) for a, b in zip(HEAT[first], HEAT[first + 1], strict=True)]
        return "#" + "".join(f"{round(part):02x}" for part in mixed), "#fff" if share < 0.55 else "#111"


def element(width: float, height: float, title: str, marks: Iterable[str], paint: Paint) -> str:
    """The drawing: an element of a page, or a file."""
    space = "" if paint.is_themed else ' xmlns="http://www.w3.org/2000/svg"'
    paper = "" if paint.is_themed else f'<rect width="{width:g}" height="{height:g}" fill="#fff"/>'
    label = escape(title, quote=True)
    return (
        f'<svg{space} viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{label}" '
        f'font-family="system-ui,sans-serif" font-size="{FONT:g}">{paper}{"".join(marks)}</svg>'
    )


def text(
    x: float,
    y: float,
    words: str,
    colour: str,
    anchor: str = "",
    size: float = 0.0,
    *,
    weight: str = "",
    turned: bool = False,
) -> str:
    """Words with their baseline at a place, or turned upward around it."""
    extras = f' text-anchor="{anchor}"' if anchor else ""
    extras += f' font-size="{size:g}"' if size else ""
    extras += f' font-weight="{weight}"' if weight else ""
    extras += f' transform="rotate(-90 {x:g} {y:g})"' if turned else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{extras} style="fill:{colour}">{escape(words, quote=False)}</text>'


def line(points: Points, colour: str, dashes: str, width: float) -> str:
    """A line through points."""
    path = " ".join(f"{x:g},{y:g}" for x, y in points)
    dashed = f";stroke-dasharray:{dashes}" if dashes else ""
    return f'<polyline points="{path}" style="fill:none;stroke:{colour};stroke-width:{width:g}{dashed}"/>'


def area(upper: Points, lower: Points, colour: str, opacity: float) -> str:
    """The area between two lines."""
    path = " ".join(f"{x:g},{y:g}" for x, y in [*upper, *reversed(lower)])
    return f'<polygon points="{path}" style="fill:{colour};fill-opacity:{opacity:g}"/>'


def dot(x: float, y: float, number: int, colour: str, *, is_open: bool = False) -> str:
    """A mark at a point, of another form for each of four numbers."""
    fill = "var(--paper,#fff)" if is_open else colour
    style = f'style="fill:{fill};stroke:{colour};stroke-width:1.5"'
    form = number % 4
    if form == 0:
        return f'<circle cx="{x:g}" cy="{y:g}" r="3.2" {style}/>'
    if form == 1:
        return f'<rect x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6" {style}/>'
    corners = [(0, -4), (4, 0), (0, 4), (-4, 0)] if form == 2 else [(0, -4), (4, 3), (-4, 3)]
    path = " ".join(f"{x + right:.1f},{y + down:.1f}" for right, down in corners)
    return f'<polygon points="{path}" {style}/>'


def cross(x: float, y: float, colour: str) -> str:
    """A cross at a point."""
    return f'<path d="M{x - 4:.1f} {y - 4:.1f}l8 8m0 -8l-8 8" style="fill:none;stroke:{colour};stroke-width:2"/>'


def width_of(words: str, size: float = FONT) -> float:
    """About how wide words are."""
    return LETTER * size * len(words)


def wrapped(words: str, width: float) -> list[str]:
    """Lines of words that fit a width in bold letters.

    >>> wrapped("Which is better, and by how much", 120)
    ['Which is better,', 'and by how much']
    """
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, 1.08 * FONT) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines or [""]
