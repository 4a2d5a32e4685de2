"""Draws a heat map: the cells, and a colour bar with numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sweep.reports.graph_records import Heat
from sweep.reports.svg.letters import shortened, width_of
from sweep.reports.svg.marks import PHONE, Paint, line, text
from sweep.reports.svg.scales import Axis, numbered

RIGHT = 12.0
LONGEST_NAME = 110.0
BAR, STRIPES = 12.0, 48
"""Height of the colour bar, and its number of stripes."""


def draw_heat(panel: Heat, paint: Paint, top: float) -> tuple[list[str], float, float]:
    """Draw the cells and the colour bar below ``top``; also returns the height and the width of the drawing."""
    rows = [shortened(name, LONGEST_NAME) for name in panel.y_names]
    columns = [shortened(name, LONGEST_NAME) for name in panel.x_names]
    left = 28 + max(map(width_of, rows))
    # Cells are as wide as their text; if that exceeds the width of a phone, the drawing scrolls.
    needed = 8 + max(width_of(words) for words in (*columns, *(note for notes in panel.notes for note in notes)))
    wide = max(needed, (PHONE - RIGHT - left) / len(columns))
    high = 30.0 if len(rows) > 2 else 42.0
    marks = []
    is_turned = width_of(panel.y_label) <= high * len(rows)
    if not is_turned:
        # With few rows there is no space for a rotated label, so it is placed above.
        marks.append(text(0, top + 10, panel.y_label, paint.ink, "start"))
        top += 18
    width, bottom = left + wide * len(columns) + RIGHT, top + high * len(rows)
    for row, notes in enumerate(panel.notes):
        y = bottom - high * (row + 1)
        marks.append(text(left - 5, y + high / 2 + 4, rows[row], paint.ink, "end", whole=panel.y_names[row]))
        for column, note in enumerate(notes):
            x = left + wide * column
            share = good_share(float(panel.values[row, column]), panel.limits, is_low_good=panel.is_low_good)
            fill, ink = paint.heat(share)
            marks.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide - 1:.1f}" height="{high - 1:.1f}" style="fill:{fill}"/>'
            )
            marks.append(text(x + wide / 2, y + high / 2 + 4, note, ink, "middle"))
    for column, name in enumerate(columns):
        middle = left + wide * (column + 0.5)
        marks.append(text(middle, bottom + 14, name, paint.ink, "middle", whole=panel.x_names[column]))
    marks.append(text((left + width - RIGHT) / 2, bottom + 30, shortened(panel.x_label, width), paint.ink, "middle"))
    if is_turned:
        marks.append(text(10, (top + bottom) / 2, panel.y_label, paint.ink, "middle", turned=True))
    marks += colour_bar(panel.limits, panel.measure, paint, left, width, bottom + 42, is_low_good=panel.is_low_good)
    return marks, bottom + 92, width


def good_share(value: float, limits: tuple[float, float], *, is_low_good: bool) -> float | None:
    """How good a value is between the limits of a scale, from 0 (bad) to 1 (good); None for a missing value.

    >>> good_share(0.25, (0.0, 1.0), is_low_good=True)
    0.75
    """
    if not math.isfinite(value):
        return None
    low, high = limits
    share = (value - low) / ((high - low) or 1.0)
    return 1.0 - share if is_low_good else share


def colour_bar(
    limits: tuple[float, float],
    measure: str,
    paint: Paint,
    left: float,
    width: float,
    top: float,
    *,
    is_low_good: bool,
) -> Iterator[str]:
    """Draw a colour bar from the lowest to the highest value, with numbers and a label, 50 high.

    Args:
        limits: lowest and highest value.
        measure: label of the values, with unit.
        paint: colours.
        left: left end of the bar.
        width: width of the drawing.
        top: upper edge of the bar.
        is_low_good: whether lower values are brighter.
    """
    low, high = limits
    right = width - RIGHT
    axis = Axis("linear", low, high if high > low else low + 1.0, left, right)
    stripe = (right - left) / STRIPES
    for place in range(STRIPES):
        value = axis.low + (place + 0.5) / STRIPES * (axis.high - axis.low)
        fill, _ = paint.heat(good_share(value, limits, is_low_good=is_low_good))
        x = left + stripe * place
        # Slightly wider than a stripe, so that the background does not show through.
        yield f'<rect x="{x:.1f}" y="{top:.1f}" width="{stripe + 0.5:.1f}" height="{BAR:g}" style="fill:{fill}"/>'
    for tick in numbered(axis, 0, width):
        yield line([(tick.place, top + BAR), (tick.place, top + BAR + 3)], paint.ink, "", 1)
        yield text(tick.middle, top + BAR + 15, tick.words, paint.ink, "middle")
    words = shortened(measure, width)
    middle = min(max((left + right) / 2, width_of(words) / 2), width - width_of(words) / 2)
    yield text(middle, top + BAR + 31, words, paint.ink, "middle", whole=measure)
