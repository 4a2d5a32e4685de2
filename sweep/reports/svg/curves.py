"""Draws a line panel: a single plot for few lines, otherwise one cell per line in front of all others in grey."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from sweep.reports.graph_records import Curve, Curves, Numbers
from sweep.reports.svg.contour import draw_surface
from sweep.reports.svg.heat import colour_bar
from sweep.reports.svg.letters import FONT, shortened, width_of, wrapped
from sweep.reports.svg.marks import PHONE, Paint, area, cross, dot, line, spots, text
from sweep.reports.svg.scales import TICK_DIGITS, Axis, fitted, numbered, spelled

WIDTH = PHONE
RIGHT = 12.0
LINE = 15.0
HEIGHT = 215.0
MOST_TOGETHER = 6
"""With more lines, a single plot is unreadable in any colours; each line gets its own cell."""

MOST_BANDS = 4
"""With more overlapping bands, each is drawn paler, so that the lines stay visible."""

MOST_NAME_LINES = 4

REFERENCE = "5 3"
"""Dash pattern of the grey lines that others are compared with."""

SPOTS = 0.5
"""Opacity of points that are not joined."""

CELLS, CELL_HEIGHT, GAP = 2, 74.0, 14.0
"""Number of cells per row, their height, and the gap between them."""


def draw_curves(panel: Curves, paint: Paint, top: float) -> tuple[list[str], float]:
    """Draw the lines, axes and labels below ``top``; also returns the height of the drawing."""
    return _cells(panel, paint, top) if len(full(panel)) > MOST_TOGETHER else _together(panel, paint, top)


def full(panel: Curves) -> tuple[Curve, ...]:
    """The lines of a panel without those that are drawn behind them."""
    return tuple(curve for curve in panel.curves if curve.tone == "full")


def _y_axis(panel: Curves, bottom: float, top: float) -> tuple[Axis, float]:
    """The y-axis, and the width required by its tick labels and its name."""
    values = [float(y) for curve in panel.curves for y in (*curve.y, *curve.low, *curve.high)]
    values += [] if panel.target is None else [panel.target]
    axis = fitted(values, panel.y_scale, bottom, top)
    if panel.y_limits is not None:
        axis = Axis(panel.y_scale, *panel.y_limits, bottom, top)
    return axis, 28 + max((width_of(tick.words) for tick in numbered(axis)), default=0.0)


def _x_axis(panel: Curves, left: float, right: float) -> Axis:
    if panel.x_limits is not None:
        return Axis(panel.x_scale, *panel.x_limits, left, right)
    values = [float(x) for curve in panel.curves for x in (*curve.x, *curve.crosses)]
    return fitted(values, panel.x_scale, left, right, is_whole=panel.x_scale == "linear")


def _together(panel: Curves, paint: Paint, top: float) -> tuple[list[str], float]:
    bottom = top + HEIGHT
    y_axis, left = _y_axis(panel, bottom, top)
    x_axis = _x_axis(panel, left, WIDTH - RIGHT)
    surface = [] if panel.contour is None else draw_surface(panel.contour, x_axis, y_axis, paint)
    grid = _grid(x_axis, y_axis, paint)
    marks = [*surface, *grid, *_y_numbers(y_axis, left, paint), *_x_numbers(x_axis, bottom, 0, paint)]
    marks += _names(panel, (left + WIDTH - RIGHT) / 2, bottom, top, paint)
    marks += _target(panel, x_axis, y_axis, paint)
    opacity = 0.16 if len(panel.curves) <= MOST_BANDS else 0.07
    for curve in sorted(panel.curves, key=lambda curve: curve.tone == "full"):
        marks += _curve(curve, x_axis, y_axis, paint, opacity)
    if panel.contour is None:
        return _with_legend(panel, panel.curves, marks, bottom + 50, paint)
    levels, contour = panel.contour.levels, panel.contour
    limits = (float(levels[0]), float(levels[-1]))
    marks += colour_bar(limits, contour.measure, paint, left, WIDTH, bottom + 42, is_low_good=contour.is_low_good)
    return _with_legend(panel, panel.curves, marks, bottom + 104, paint)


def _with_legend(
    panel: Curves, curves: Sequence[Curve], marks: list[str], start: float, paint: Paint
) -> tuple[list[str], float]:
    entries = [(curve.label, *_look(curve, paint), curve) for curve in curves if curve.tone != "pale"]
    names: list[tuple[str, str, str, Curve | None]] = [*entries]
    if panel.target is not None:
        names.append((f"target, {spelled(panel.target, TICK_DIGITS)}", paint.grey, "2 3", None))
    widest = max((width_of(label) for label, *_ in names), default=0.0)
    columns = 2 if widest <= WIDTH / 2 - 44 else 1
    for place, (label, colour, dashes, curve) in enumerate(names):
        x, y = (place % columns) * WIDTH / columns, start + LINE * (place // columns)
        is_grey = curve is not None and curve.tone == "grey"
        if curve is None or curve.is_joined or not curve.has_dots:
            marks.append(line([(x + 4, y - 4), (x + 30, y - 4)], colour, dashes, 1 if is_grey else 2))
        if curve is not None and curve.has_dots:
            marks.append(dot(x + 17, y - 4, curve.look, colour, is_open=curve.is_open))
        marks.append(text(x + 36, y, shortened(label, WIDTH / columns - 40), paint.ink, whole=label))
    return marks, start + LINE * (math.ceil(len(names) / columns) - 1) + 8


def _cells(panel: Curves, paint: Paint, top: float) -> tuple[list[str], float]:
    # The width of a cell does not depend on its height, but the number of lines of its name depends on its width.
    _, left = _y_axis(panel, CELL_HEIGHT, 0.0)
    wide = (WIDTH - left - RIGHT - GAP) / CELLS
    curves = full(panel)
    names = [_name_lines(curve.label, wide) for curve in curves]
    # The space above each row of cells depends on the length of its names.
    downs, end = [], top
    for row in range(0, len(names), CELLS):
        downs.append(end + LINE * max(map(len, names[row : row + CELLS])))
        end = downs[-1] + CELL_HEIGHT + 8
    first_top = downs[0]
    y_axis, _ = _y_axis(panel, first_top + CELL_HEIGHT, first_top)
    x_axis = _x_axis(panel, left, left + wide)
    grey = [mark for curve in curves for mark in _curve(_plain(curve), x_axis, y_axis, paint, 0.0, is_grey=True)]
    behind = [curve for curve in panel.curves if curve.tone != "full"]
    grey += [mark for curve in behind for mark in _curve(curve, x_axis, y_axis, paint, 0.0)]
    background = "".join([*_grid(x_axis, y_axis, paint), *_target(panel, x_axis, y_axis, paint), *grey])
    # Drawn once and reused in every cell; the id is a hash of its content, because a page contains many drawings.
    name = f"g{hashlib.sha256(background.encode()).hexdigest()[:12]}"
    marks = [f'<g id="{name}">{background}</g>']
    for place, curve in enumerate(curves):
        right, down = (place % CELLS) * (wide + GAP), downs[place // CELLS] - first_top
        if place:
            marks.append(f'<use href="#{name}" x="{right:.1f}" y="{down:.1f}"/>')
        x = replace(x_axis, start=x_axis.start + right, end=x_axis.end + right)
        y = replace(y_axis, start=y_axis.start + down, end=y_axis.end + down)
        for line_above, words in enumerate(reversed(names[place])):
            height = y.end - 4 - LINE * line_above
            marks.append(text(x.start, height, words, paint.ink, weight="bold", whole=curve.label))
        marks += _curve(curve, x, y, paint, 0.16)
        if place % CELLS == 0:
            marks += _y_numbers(y, left, paint)
        if place + CELLS >= len(curves):
            marks += _x_numbers(x, y.start, (0.0, x.start - GAP / 2)[place % CELLS], paint, x.end + RIGHT)
    bottom = downs[-1] + CELL_HEIGHT
    marks += _names(panel, (left + WIDTH - RIGHT) / 2, bottom, first_top, paint)
    if panel.target is None and not behind:
        return marks, bottom + 38
    return _with_legend(panel, behind, marks, bottom + 50, paint)


def _name_lines(label: str, width: float) -> list[str]:
    """Wrap a cell's name; only the last of several lines is shortened, so that names remain distinguishable."""
    lines = wrapped(label, width)
    if len(lines) > MOST_NAME_LINES:
        lines[MOST_NAME_LINES - 1 :] = [shortened(" ".join(lines[MOST_NAME_LINES - 1 :]), width, is_bold=True)]
    return lines


def _look(curve: Curve, paint: Paint) -> tuple[str, str]:
    return (paint.grey, REFERENCE) if curve.tone == "grey" else paint.look(curve.look)


def _plain(curve: Curve) -> Curve:
    return replace(curve, low=(), high=(), crosses=(), has_dots=False)


def _grid(x_axis: Axis, y_axis: Axis, paint: Paint) -> Iterator[str]:
    left, right, bottom, top = x_axis.start, x_axis.end, y_axis.start, y_axis.end
    for tick in numbered(y_axis):
        yield line([(left, tick.place), (right, tick.place)], paint.edge, "", 1)
    for tick in numbered(x_axis, 0, WIDTH):
        yield line([(tick.place, bottom), (tick.place, top)], paint.edge, "", 1)
    yield line([(left, top), (left, bottom), (right, bottom)], paint.line, "", 1)


def _y_numbers(axis: Axis, left: float, paint: Paint) -> Iterator[str]:
    yield from (text(left - 5, tick.place + 4, tick.words, paint.ink, "end") for tick in numbered(axis))


def _x_numbers(axis: Axis, bottom: float, low_end: float, paint: Paint, high_end: float = WIDTH) -> Iterator[str]:
    for tick in numbered(axis, low_end, high_end):
        yield text(tick.middle, bottom + 14, tick.words, paint.ink, "middle")


def _names(panel: Curves, middle: float, bottom: float, top: float, paint: Paint) -> Iterator[str]:
    """The names of the axes."""
    words = shortened(panel.x_label, WIDTH)
    middle = min(max(middle, width_of(words) / 2), WIDTH - width_of(words) / 2)
    yield text(middle, bottom + 30, words, paint.ink, "middle", whole=panel.x_label)
    if panel.y_label:
        words = shortened(panel.y_label, bottom - top)
        yield text(FONT, (top + bottom) / 2, words, paint.ink, "middle", turned=True, whole=panel.y_label)


def _target(panel: Curves, x_axis: Axis, y_axis: Axis, paint: Paint) -> Iterator[str]:
    if panel.target is not None:
        y = y_axis.place(panel.target)
        yield line([(x_axis.start, y), (x_axis.end, y)], paint.grey, "2 3", 1)


def _curve(
    curve: Curve, x_axis: Axis, y_axis: Axis, paint: Paint, opacity: float, *, is_grey: bool = False
) -> Iterator[str]:
    colour, dashes = (paint.line, "") if is_grey else _look(curve, paint)
    is_thin = is_grey or curve.tone != "full"
    points = _points(curve.x, curve.y, x_axis, y_axis)
    if len(curve.low):
        upper = _points(curve.x, curve.high, x_axis, y_axis)
        lower = _points(curve.x, curve.low, x_axis, y_axis)
        yield area([point for point in upper if point], [point for point in lower if point], colour, opacity)
    if not curve.is_joined and curve.has_dots:
        yield from (dot(*point, curve.look, colour, is_open=curve.is_open) for point in points if point)
        return
    if not curve.is_joined:
        yield spots([point for point in points if point], colour, SPOTS)
        return
    for is_gap, run in groupby(points, key=lambda point: point is None):
        if not is_gap:
            whole = [point for point in run if point is not None]
            yield line(_stairs(whole) if curve.is_step else whole, colour, dashes, 1 if is_thin else 2)
    if curve.has_dots or len(points) == 1:
        yield from (dot(*point, curve.look, colour, is_open=curve.is_open) for point in points if point)
    # At the upper edge, offset per level, so that crosses at the same x do not overlap.
    for x in curve.crosses:
        yield cross(x_axis.place(float(x)), y_axis.end + 6 + 9 * (curve.look % MOST_TOGETHER), colour)


def _points(x: Numbers, y: Numbers, x_axis: Axis, y_axis: Axis) -> list[tuple[float, float] | None]:
    """Coordinates of the points; None for a missing value, where the line breaks."""
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
