"""Draws each kind of panel: lines with bands, intervals, heat maps and bars."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from sweep.report.graphs import Curve, Curves, Forest, Heat, Numbers, Panel, Shares
from sweep.report.svg.marks import (
    Paint,
    area,
    cross,
    dot,
    element,
    line,
    text,
    width_of,
    wrapped,
)
from sweep.report.svg.scales import Axis, fitted, spelled

WIDTH = 430.0
RIGHT = 12.0
FONT = 11.0
LINE = 15.0
MOST_BANDS = 5
"""More bands on top of each other are drawn paler, lest they hide the lines."""

COLUMNS = 2


def draw(panel: Panel, *, is_themed: bool = True) -> str:
    """Draw one panel.

    Args:
        panel: what to show.
        is_themed: for a page, whose variables give the colours; else a file with colours of its own, on white.

    Returns:
        an ``svg`` element.
    """
    paint = Paint(is_themed)
    top = LINE * len(wrapped(panel.title, WIDTH)) + 8
    if isinstance(panel, Curves):
        body, height = _curves(panel, paint, top)
    elif isinstance(panel, Forest):
        body, height = _forest(panel, paint, top)
    elif isinstance(panel, Heat):
        body, height = _heat(panel, paint, top)
    else:
        body, height = _shares(panel, paint, top)
    titles = [
        text(0, 12 + LINE * row, words, paint.ink, weight="bold")
        for row, words in enumerate(wrapped(panel.title, WIDTH))
    ]
    return element(WIDTH, height, panel.title, [*titles, *body], paint)


def _curves(panel: Curves, paint: Paint, top: float) -> tuple[list[str], float]:
    bottom, columns = top + 235, COLUMNS
    xs = [float(x) for curve in panel.curves for x in (*curve.x, *curve.crosses)]
    ys = [float(y) for curve in panel.curves for y in (*curve.y, *curve.low, *curve.high)]
    ys += [] if panel.target is None else [panel.target]
    y_axis = fitted(ys, panel.y_scale, bottom, top)
    if panel.y_limits is not None:
        y_axis = Axis(panel.y_scale, *panel.y_limits, bottom, top)
    left = 26 + max(width_of(spelled(tick)) for tick in y_axis.ticks or (0.0,))
    x_axis = fitted(xs, panel.x_scale, left, WIDTH - RIGHT, is_whole=panel.x_scale == "linear")
    marks = [*_grid(x_axis, y_axis, panel.x_label, panel.y_label, paint)]
    if panel.target is not None:
        y = y_axis.place(panel.target)
        marks.append(line([(left, y), (WIDTH - RIGHT, y)], paint.grey, "2 3", 1))
        marks.append(text(WIDTH - RIGHT, y - 4, "target", paint.grey, "end", 9.5))
    opacity = 0.16 if len(panel.curves) <= MOST_BANDS else 0.07
    for curve in panel.curves:
        marks += _curve(curve, x_axis, y_axis, paint, opacity)
    longest = max((len(curve.label) for curve in panel.curves), default=0)
    columns = COLUMNS if longest <= 28 else 1
    start = bottom + 50
    for place, curve in enumerate(panel.curves):
        x, y = (place % columns) * WIDTH / columns, start + LINE * (place // columns)
        colour, dashes = paint.look(curve.look)
        marks.append(line([(x + 4, y - 4), (x + 30, y - 4)], colour, dashes, 2))
        if curve.has_dots:
            marks.append(dot(x + 17, y - 4, curve.look, colour))
        marks.append(text(x + 36, y, curve.label, paint.ink))
    return marks, start + LINE * math.ceil(len(panel.curves) / columns)


def _grid(x_axis: Axis, y_axis: Axis, x_label: str, y_label: str, paint: Paint) -> Iterator[str]:
    left, right, bottom, top = x_axis.start, x_axis.end, y_axis.start, y_axis.end
    for tick in y_axis.ticks:
        y = y_axis.place(tick)
        yield line([(left, y), (right, y)], paint.edge, "", 1)
        yield text(left - 5, y + 4, spelled(tick), paint.ink, "end")
    taken = -math.inf
    for tick in x_axis.ticks:
        x, half = x_axis.place(tick), width_of(spelled(tick)) / 2
        yield line([(x, bottom), (x, top)], paint.edge, "", 1)
        if x - half > taken:
            yield text(x, bottom + 14, spelled(tick), paint.ink, "middle")
            taken = x + half + 4
    yield line([(left, top), (left, bottom), (right, bottom)], paint.line, "", 1)
    yield text((left + right) / 2, bottom + 30, x_label, paint.ink, "middle")
    if y_label:
        yield text(10, (top + bottom) / 2, y_label, paint.ink, "middle", turned=True)


def _curve(curve: Curve, x_axis: Axis, y_axis: Axis, paint: Paint, opacity: float) -> Iterator[str]:
    colour, dashes = paint.look(curve.look)
    points = _points(curve.x, curve.y, x_axis, y_axis)
    if len(curve.low):
        upper = _points(curve.x, curve.high, x_axis, y_axis)
        lower = _points(curve.x, curve.low, x_axis, y_axis)
        yield area([point for point in upper if point], [point for point in lower if point], colour, opacity)
    for is_gap, run in groupby(points, key=lambda point: point is None):
        if not is_gap:
            whole = [point for point in run if point is not None]
            yield line(_stairs(whole) if curve.is_step else whole, colour, dashes, 2)
    if curve.has_dots or len(points) == 1:
        yield from (dot(*point, curve.look, colour) for point in points if point)
    # On the upper edge, each level a little lower, so that crosses at the same place do not hide one another.
    for x in curve.crosses:
        yield cross(x_axis.place(float(x)), y_axis.end + 6 + 9 * (curve.look % 6), colour)


def _points(x: Numbers, y: Numbers, x_axis: Axis, y_axis: Axis) -> list[tuple[float, float] | None]:
    """Places of the points; None for one that has none, where the line breaks."""
    places: list[tuple[float, float] | None] = []
    for one, other in zip(x, y, strict=True):
        a, b = float(one), float(other)
        drawable = math.isfinite(a) and math.isfinite(b)
        drawable &= (a > 0 or x_axis.kind == "linear") and (b > 0 or y_axis.kind == "linear")
        places.append((x_axis.place(a), y_axis.place(b)) if drawable else None)
    return places


def _stairs(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    stairs = list(points[:1])
    for before, after in pairwise(points):
        stairs += [(after[0], before[1]), after]
    return stairs


def _forest(panel: Forest, paint: Paint, top: float) -> tuple[list[str], float]:
    left = 10 + max((width_of(row.label) for row in panel.rows), default=0.0)
    ends = [end for row in panel.rows for end in (row.value, row.low, row.high) if math.isfinite(end)]
    axis = fitted([*ends, panel.none_at], "linear", left, WIDTH - RIGHT)
    bottom = top + 34 * len(panel.rows) + 8
    marks = []
    for tick in axis.ticks:
        x = axis.place(tick)
        marks.append(line([(x, top), (x, bottom)], paint.edge, "", 1))
        marks.append(text(x, bottom + 14, spelled(tick), paint.ink, "middle"))
    none = axis.place(panel.none_at)
    marks.append(line([(none, top), (none, bottom)], paint.line, "", 1.5))
    marks.append(text((left + WIDTH) / 2, bottom + 30, panel.x_label, paint.ink, "middle"))
    for place, row in enumerate(panel.rows):
        y = top + 34 * place + 24
        colour = paint.colour(0) if row.is_shown else paint.grey
        marks.append(text(left - 6, y + 4, row.label, paint.ink, "end"))
        marks.append(text(WIDTH - RIGHT, y - 8, row.note, paint.grey, "end", 9.5))
        if math.isfinite(row.value):
            low = axis.place(row.low) if math.isfinite(row.low) else left
            high = axis.place(row.high) if math.isfinite(row.high) else WIDTH - RIGHT
            marks.append(line([(low, y), (high, y)], colour, "" if row.is_shown else "4 3", 2))
            for is_open, x, toward in ((row.low, low, 5), (row.high, high, -5)):
                if not math.isfinite(is_open):
                    marks.append(line([(x + toward, y - 4), (x, y), (x + toward, y + 4)], colour, "", 2))
            marks.append(dot(axis.place(row.value), y, 0, colour, is_open=not row.is_shown))
    return marks, bottom + 38


def _heat(panel: Heat, paint: Paint, top: float) -> tuple[list[str], float]:
    left = 30 + max(width_of(name) for name in panel.y_names)
    high = 30.0 if len(panel.y_names) > 2 else 42.0
    wide = (WIDTH - RIGHT - left) / len(panel.x_names)
    bottom = top + high * len(panel.y_names)
    sign = -1.0 if panel.is_low_good else 1.0
    shown = [sign * float(value) for value in panel.values.flat if math.isfinite(value)]
    low, span = (min(shown), (max(shown) - min(shown)) or 1.0) if shown else (0.0, 1.0)
    marks = []
    for row, notes in enumerate(panel.notes):
        y = bottom - high * (row + 1)
        marks.append(text(left - 5, y + high / 2 + 4, panel.y_names[row], paint.ink, "end"))
        for column, note in enumerate(notes):
            value, x = float(panel.values[row, column]), left + wide * column
            share = (sign * value - low) / span if math.isfinite(value) else None
            fill, ink = paint.heat(share)
            marks.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide - 1:.1f}" height="{high - 1:.1f}" style="fill:{fill}"/>'
            )
            marks.append(text(x + wide / 2, y + high / 2 + 4, note, ink, "middle"))
    for column, name in enumerate(panel.x_names):
        marks.append(text(left + wide * (column + 0.5), bottom + 14, name, paint.ink, "middle"))
    marks.append(text((left + WIDTH - RIGHT) / 2, bottom + 30, panel.x_label, paint.ink, "middle"))
    marks.append(text(10, (top + bottom) / 2, panel.y_label, paint.ink, "middle", turned=True))
    return marks, bottom + 38


def _shares(panel: Shares, paint: Paint, top: float) -> tuple[list[str], float]:
    left = 10 + max(width_of(name) for name in panel.names)
    room = max(width_of(note) for note in panel.notes) + 10
    bottom = top + 26 * len(panel.names)
    axis = Axis("linear", 0.0, max(*panel.lengths, 1e-9), left, WIDTH - RIGHT - room)
    marks = []
    for tick in axis.ticks:
        x = axis.place(tick)
        marks.append(line([(x, top), (x, bottom)], paint.edge, "", 1))
        marks.append(text(x, bottom + 14, spelled(tick), paint.ink, "middle"))
    for place, (name, length, note) in enumerate(zip(panel.names, panel.lengths, panel.notes, strict=True)):
        y, end = top + 26 * place + 4, axis.place(length)
        marks.append(text(left - 6, y + 13, name, paint.ink, "end"))
        marks.append(
            f'<rect x="{left:.1f}" y="{y:.1f}" width="{end - left:.1f}" height="18" style="fill:{paint.colour(0)}"/>'
        )
        marks.append(text(end + 5, y + 13, note, paint.ink))
    marks.append(line([(left, top), (left, bottom)], paint.line, "", 1))
    marks.append(text((left + WIDTH - RIGHT) / 2, bottom + 30, panel.x_label, paint.ink, "middle"))
    return marks, bottom + 38
