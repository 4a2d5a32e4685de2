"""The elements that panels are drawn with, and their colours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from sweep.reports.svg.letters import FONT

Points = Sequence[tuple[float, float]]

COLOURS = (
    *("#0072b2", "#d55e00", "#690f1e", "#1ea5a5", "#0000e1", "#3c96ff"),
    *("#784b00", "#a54b69", "#003c5a", "#4b3c96", "#3c5aff", "#ff5a78"),
)
"""Twelve colours distinguishable with and without colour blindness (at least 0.1 apart in OKLab, also as simulated for
protanopes and deuteranopes by Machado et al. 2009), each with a contrast ratio of 3 to white."""

DARK_COLOURS = (
    *("#4fb3f0", "#ff8b3d", "#a5ffb4", "#964bff", "#0087a5", "#b4e1ff"),
    *("#ffd200", "#00d2a5", "#ff0000", "#3c874b", "#f00f96", "#7887e1"),
)
"""The colours on a dark background, each with a contrast ratio of 4 to it."""

INK, GREY, PAPER = "#1b1b1b", "#6b6b6b", "#ffffff"
DARK_INK, DARK_GREY, DARK_PAPER = "#e8eaec", "#a2a8ae", "#15181b"

PHONE = 350.0
"""Width of a drawing on a phone, in pixels."""

DASHES = ("", "6 3", "8 3 2 3", "2 3", "10 3 2 3 2 3")
"""Distinguishable in greyscale print."""

HEAT = ((0, 32, 77), (64, 77, 107), (124, 123, 120), (188, 175, 111), (255, 234, 70))
"""From low to high; bright is good, also in greyscale print (cividis)."""


@dataclass(frozen=True)
class Paint:
    """Colours of a drawing.

    Args:
        is_themed: whether colours come from CSS variables of the page, or are fixed.
    """

    is_themed: bool

    def _named(self, variable: str, colour: str) -> str:
        return f"var(--{variable})" if self.is_themed else colour

    @property
    def ink(self) -> str:
        """Colour of text."""
        return self._named("ink", INK)

    @property
    def grey(self) -> str:
        """Colour of de-emphasized elements."""
        return self._named("grey", GREY)

    @property
    def line(self) -> str:
        """Colour of axes."""
        return self._named("line", "#b0b0b0")

    @property
    def edge(self) -> str:
        """Colour of the grid."""
        return self._named("edge", "#e3e5e8")

    def colour(self, number: int) -> str:
        """Colour of the level with that index."""
        place = number % len(COLOURS)
        return self._named(f"c{place}", COLOURS[place])

    def look(self, number: int) -> tuple[str, str]:
        """Colour and dash pattern of the line with that index; the first 60 are all different."""
        return self.colour(number), DASHES[number % len(DASHES)]

    def heat(self, share: float | None) -> tuple[str, str]:
        """Fill of a cell and the colour of its text, from 0 (bad) to 1 (good); None is a cell without a value.

        >>> Paint(False).heat(1.0)
        ('#ffea46', '#000')
        """
        if share is None:
            return "none", self.ink
        place = min(max(share, 0.0), 1.0) * (len(HEAT) - 1)
        first = min(int(place), len(HEAT) - 2)
        mixed = [round(a + (b - a) * (place - first)) for a, b in zip(HEAT[first], HEAT[first + 1], strict=True)]
        # Above this luminance black text has the higher contrast, below it white.
        is_bright = 0.2126 * _linear(mixed[0]) + 0.7152 * _linear(mixed[1]) + 0.0722 * _linear(mixed[2]) > 0.179
        return "#" + "".join(f"{part:02x}" for part in mixed), "#000" if is_bright else "#fff"


def _linear(part: float) -> float:
    """Linear intensity of an sRGB component, both from 0 to 1."""
    share = part / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def element(
    width: float, height: float, title: str, marks: Iterable[str], paint: Paint, *, largest: float | None = None
) -> str:
    """Wrap marks in an ``svg`` element, for a page or a file; a page scales it up by at most ``largest``."""
    space = "" if paint.is_themed else ' xmlns="http://www.w3.org/2000/svg"'
    paper = "" if paint.is_themed else f'<rect width="{width:g}" height="{height:g}" fill="#fff"/>'
    label = escape(title, quote=True)
    # A drawing wider than a phone is not scaled down there, but scrolls.
    limits = [f"min-width:{width:g}px"] if width > PHONE else []
    limits += [] if largest is None else [f"max-width:{largest * width:g}px"]
    space += f' style="{";".join(limits)}"' if paint.is_themed and limits else ""
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
    *,
    weight: str = "",
    turned: bool = False,
    whole: str = "",
    is_over_lines: bool = False,
) -> str:
    """Draw text at a position, optionally rotated to run upward.

    Args:
        x: position of the start, middle or end of the text, depending on ``anchor``.
        y: position of the baseline.
        words: text to draw.
        colour: colour of the text.
        anchor: ``middle`` or ``end``; empty for the start.
        weight: font weight; empty for the default.
        turned: whether the text runs upward.
        whole: full text of shortened ``words``, shown as a tooltip.
        is_over_lines: whether lines run behind the text, which then gets an outline in the background colour.
    """
    extras = f' text-anchor="{anchor}"' if anchor else ""
    extras += f' font-weight="{weight}"' if weight else ""
    extras += f' transform="rotate(-90 {x:g} {y:g})"' if turned else ""
    # Inline, because a file has no style sheet.
    rim = ";paint-order:stroke;stroke:var(--paper,#fff);stroke-width:4px;stroke-linejoin:round" if is_over_lines else ""
    told = f"<title>{escape(whole, quote=False)}</title>" if whole and whole != words else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{extras} style="fill:{colour}{rim}">{escape(words, quote=False)}{told}</text>'


def line(points: Points, colour: str, dashes: str, width: float) -> str:
    """Draw a line through points."""
    path = " ".join(f"{x:g},{y:g}" for x, y in points)
    dashed = f";stroke-dasharray:{dashes}" if dashes else ""
    return f'<polyline points="{path}" style="fill:none;stroke:{colour};stroke-width:{width:g}{dashed}"/>'


def area(upper: Points, lower: Points, colour: str, opacity: float) -> str:
    """Fill the area between two lines."""
    path = " ".join(f"{x:g},{y:g}" for x, y in [*upper, *reversed(lower)])
    return f'<polygon points="{path}" style="fill:{colour};fill-opacity:{opacity:g}"/>'


def dot(x: float, y: float, number: int, colour: str, *, is_open: bool = False) -> str:
    """Draw a marker at a point, with one of four shapes."""
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


def spots(points: Points, colour: str, opacity: float) -> str:
    """Draw many small points as one element, whose overlaps are no darker."""
    path = "".join(f"M{x:g} {y:g}h0" for x, y in points)
    style = f"fill:none;stroke:{colour};stroke-width:4;stroke-linecap:round;stroke-opacity:{opacity:g}"
    return f'<path d="{path}" style="{style}"/>'


def cross(x: float, y: float, colour: str) -> str:
    """Draw a cross at a point."""
    return f'<path d="M{x - 4:.1f} {y - 4:.1f}l8 8m0 -8l-8 8" style="fill:none;stroke:{colour};stroke-width:2"/>'
