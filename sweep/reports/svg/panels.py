"""Draws each kind of panel: lines with bands, intervals, heat maps and bars."""

from __future__ import annotations

import math

from sweep.reports.graph_records import Curves, Forest, Heat, Panel, Shares
from sweep.reports.svg.curves import draw_curves
from sweep.reports.svg.heat import draw_heat
from sweep.reports.svg.letters import shortened, width_of, wrapped
from sweep.reports.svg.marks import PHONE, Paint, dot, element, line, text
from sweep.reports.svg.scales import Axis, fitted, numbered

WIDTH = PHONE
RIGHT = 12.0
LINE = 15.0
ROW = 40.0
"""Height of a row of a forest plot: its label and note, and its interval below them."""


def draw(panel: Panel, *, is_themed: bool = True) -> str:
    """Draw one panel.

    Args:
        panel: panel to draw.
        is_themed: True for a page, whose CSS variables set the colours; False for a file with fixed colours on white.

    Returns:
        An ``svg`` element.

    Raises:
        ValueError: if only `sweep.reports.figures` draws it: cells, contours without a measure, guides, labelled points
            or hatched bars.
    """
    paint = Paint(is_themed)
    heads = wrapped(panel.title, WIDTH)
    top, width = LINE * len(heads) + 8, WIDTH
    if isinstance(panel, Curves) and not _is_picture_only(panel):
        body, height = draw_curves(panel, paint, top)
    elif isinstance(panel, Forest):
        body, height = _forest(panel, paint, top)
    elif isinstance(panel, Heat):
        body, height, width = draw_heat(panel, paint, top)
    elif isinstance(panel, Shares) and not any(panel.hatched) and panel.scale == "linear":
        body, height = _shares(panel, paint, top)
    else:
        raise ValueError(f"{panel.title}: only `sweep.reports.figures` draws this panel.")
    titles = [text(0, 12 + LINE * row, words, paint.ink, weight="bold") for row, words in enumerate(heads)]
    return element(width, height, panel.title, [*titles, *body], paint)


def _is_picture_only(panel: Curves) -> bool:
    return bool(panel.marks or panel.guides or (panel.contour is not None and not panel.contour.measure))


def _forest(panel: Forest, paint: Paint, top: float) -> tuple[list[str], float]:
    ends = [end for row in panel.rows for end in (row.value, row.low, row.high) if math.isfinite(end)]
    left, right = RIGHT, WIDTH - RIGHT
    axis = fitted([*ends, panel.none_at], "linear", left, right)
    bottom = top + ROW * len(panel.rows) + 8
    marks = []
    for tick in numbered(axis, 0, WIDTH):
        marks.append(line([(tick.place, top), (tick.place, bottom)], paint.edge, "", 1))
        marks.append(text(tick.middle, bottom + 14, tick.words, paint.ink, "middle"))
    none = axis.place(panel.none_at)
    marks.append(line([(none, top), (none, bottom)], paint.line, "", 1.5))
    marks.append(text(WIDTH / 2, bottom + 30, shortened(panel.x_label, WIDTH), paint.ink, "middle"))
    for place, row in enumerate(panel.rows):
        y = top + ROW * place + 30
        colour = paint.colour(0) if row.is_shown else paint.grey
        note = shortened(row.note, WIDTH / 2)
        label = shortened(row.label, WIDTH - width_of(note) - 10)
        marks.append(text(0, y - 14, label, paint.ink, whole=row.label, is_over_lines=True))
        marks.append(text(WIDTH, y - 14, note, paint.grey, "end", whole=row.note, is_over_lines=True))
        if math.isfinite(row.value):
            low = axis.place(row.low) if math.isfinite(row.low) else left
            high = axis.place(row.high) if math.isfinite(row.high) else right
            marks.append(line([(low, y), (high, y)], colour, "" if row.is_shown else "4 3", 2))
            for is_open, x, toward in ((row.low, low, 5), (row.high, high, -5)):
                if not math.isfinite(is_open):
                    marks.append(line([(x + toward, y - 4), (x, y), (x + toward, y + 4)], colour, "", 2))
            marks.append(dot(axis.place(row.value), y, 0, colour, is_open=not row.is_shown))
    return marks, bottom + 38


def _shares(panel: Shares, paint: Paint, top: float) -> tuple[list[str], float]:
    names = [shortened(name, 0.45 * WIDTH) for name in panel.names]
    notes = [shortened(note, 0.25 * WIDTH) for note in panel.notes]
    left = 10 + max(map(width_of, names))
    room = max(map(width_of, notes)) + 10
    bottom = top + 26 * len(names)
    axis = Axis("linear", 0.0, max(*panel.lengths, 1e-9), left, WIDTH - RIGHT - room)
    marks = []
    for tick in numbered(axis, 0, WIDTH):
        marks.append(line([(tick.place, top), (tick.place, bottom)], paint.edge, "", 1))
        marks.append(text(tick.middle, bottom + 14, tick.words, paint.ink, "middle"))
    for place, (name, length, note) in enumerate(zip(names, panel.lengths, notes, strict=True)):
        y, end = top + 26 * place + 4, axis.place(length)
        marks.append(text(left - 6, y + 13, name, paint.ink, "end", whole=panel.names[place]))
        marks.append(
            f'<rect x="{left:.1f}" y="{y:.1f}" width="{end - left:.1f}" height="18" style="fill:{paint.colour(0)}"/>'
        )
        marks.append(text(end + 5, y + 13, note, paint.ink, is_over_lines=True))
    marks.append(line([(left, top), (left, bottom)], paint.line, "", 1))
    marks.append(text(WIDTH / 2, bottom + 30, shortened(panel.x_label, WIDTH), paint.ink, "middle"))
    return marks, bottom + 38
