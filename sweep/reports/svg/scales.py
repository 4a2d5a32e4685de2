"""Maps values to positions on an axis, and finds round values for its ticks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sweep.reports.graph_records import Scale as Kind
from sweep.reports.svg.letters import FONT, width_of

DECADES = 20.0
"""Ratio of the largest to the smallest positive value from which an axis is logarithmic."""

NARROW, WIDE = 4.0, 100.0
"""Ratios of largest to smallest value below which a log axis labels all ticks, or those at 1, 2 and 5."""

MOST_DECADES = 7

FEWEST = 3
"""Minimum number of ticks; two if there are no more round values, for example epochs 1 and 2."""

COUNTS = (6, 5, 4, 3, 2, 1.5)
"""Approximate numbers of intervals to divide an axis into, in order of preference."""

TICK_DIGITS = 10
CLOSEST = 1e-3
"""Values that differ relatively by less than this are drawn as equal."""

LAST_DECADE = 308
FURTHEST = 10.0**LAST_DECADE
"""Limit of every axis, because the next power of ten overflows a 64-bit float."""

SMALLEST = 1e-300
"""Minimum length of an axis, so that a fraction of it is still a positive float."""

LARGE, LONGEST = 1e6, 6
"""Larger numbers with more characters are written with an exponent."""

APART = 6.0
"""Minimum gap between two tick labels of a horizontal axis."""

Item = TypeVar("Item")


@dataclass(frozen=True)
class Tick:
    """A labelled tick of an axis.

    Args:
        value: value of the tick.
        words: text of the label.
        place: position of the tick.
        middle: position of the label's centre, which is shifted inward at the edge of a drawing.
    """

    value: float
    words: str
    place: float
    middle: float


@dataclass(frozen=True)
class Axis:
    """An axis of a panel.

    Args:
        kind: linear or logarithmic.
        low: value at the start.
        high: value at the end, larger than ``low``.
        start: position of the start.
        end: position of the end.
        is_whole: whether only integers get a tick.
    """

    kind: Kind
    low: float
    high: float
    start: float
    end: float
    is_whole: bool = False

    def place(self, value: float) -> float:
        """Position of a value; values outside the limits are extrapolated.

        >>> Axis("log", 1, 100, 0, 50).place(10)
        25.0
        """
        low, high = self.low, self.high
        if self.kind == "log":
            value, low, high = math.log10(max(value, 1e-300)), math.log10(low), math.log10(high)
        return round(self.start + (value - low) / (high - low) * (self.end - self.start), 1)

    @property
    def ticks(self) -> tuple[float, ...]:
        """Round values on the axis: at least three if possible, and never fewer than two."""
        return _first(list(self.choices()))

    def choices(self) -> Iterator[tuple[float, ...]]:
        """Candidate sets of round values, in order of preference, with fewer values for an axis with little space."""
        if self.kind == "log":
            yield from _log_choices(self.low, self.high)
        for count in COUNTS:
            yield _ticks(self.low, self.high, count, self.is_whole)
        # If every coarse step gives fewer than two ticks, the first and last of the fine ticks may still fit.
        finest = _ticks(self.low, self.high, 2 * COUNTS[0], self.is_whole)
        if len(finest) > 2:
            yield finest[0], finest[-1]


def _first(choices: Sequence[tuple[Item, ...]]) -> tuple[Item, ...]:
    """The first choice with three or more values, else with two, else the one with the most."""
    for least in (FEWEST, 2):
        for choice in choices:
            if len(choice) >= least:
                return choice
    return max(choices, key=len, default=())


def numbered(axis: Axis, low_end: float | None = None, high_end: float | None = None) -> tuple[Tick, ...]:
    """The ticks of an axis with labels, as many as fit without overlapping.

    Args:
        axis: horizontal if ``low_end`` and ``high_end`` are given, otherwise vertical.
        low_end: left limit of the labels of a horizontal axis.
        high_end: right limit of the labels of a horizontal axis.
    """
    made = [tuple(_ticked(axis, choice, low_end, high_end)) for choice in axis.choices()]
    # If all of them overlap, the first and the last may still fit.
    made += [(ticks[0], ticks[-1]) for ticks in made if len(ticks) > 2]
    clear = [ticks for ticks in made if _is_clear(ticks, low_end is not None)]
    # If no two labels fit, use one.
    return _first(clear) or _first(made)[:1]


def _ticked(axis: Axis, values: tuple[float, ...], low_end: float | None, high_end: float | None) -> Iterator[Tick]:
    for value in values:
        words, place = spelled(value, TICK_DIGITS), axis.place(value)
        middle = place
        if low_end is not None and high_end is not None:
            half = width_of(words) / 2
            middle = min(max(place, low_end + half), high_end - half)
        yield Tick(value, words, place, middle)


def _is_clear(ticks: Sequence[Tick], is_horizontal: bool) -> bool:
    return all(
        abs(after.middle - before.middle)
        >= ((width_of(before.words) + width_of(after.words)) / 2 + APART if is_horizontal else FONT + 2)
        for before, after in pairwise(ticks)
    )


def scale_of(values: NDArray[np.float64]) -> Kind:
    """Choose a logarithmic scale for positive numbers that span decades.

    >>> scale_of(np.array([0.01, 0.1, 1.0])), scale_of(np.array([0.0, 10.0])), scale_of(np.array([8.0, 16.0]))
    ('log', 'linear', 'linear')
    """
    return "log" if len(values) and values.min() > 0 and values.max() / values.min() >= DECADES else "linear"


def fitted(values: Iterable[float], kind: Kind, start: float, end: float, *, is_whole: bool = False) -> Axis:
    """Create an axis that shows all finite values, with a margin at both ends.

    Args:
        values: values to show.
        kind: linear or logarithmic; a logarithmic axis shows only positive values.
        start: position of the start.
        end: position of the end.
        is_whole: whether only integers get a tick, if all values are integers.
    """
    shown = [value for value in values if math.isfinite(value) and (kind == "linear" or value > 0)]
    low, high = (min(shown), max(shown)) if shown else (0.1, 1.0)
    if kind == "log":
        factor = max(min(high / low, FURTHEST) ** 0.04, 1 + 20 * CLOSEST) if high > low else 2.0
        return Axis(kind, low / factor, min(high * factor, FURTHEST), start, end)
    is_whole = is_whole and all(value == round(value) for value in shown)
    alone = max(0.5 * abs(high), 1.0 if is_whole else 0.5)
    # Values that differ only in their last digits would need labels with a dozen digits.
    room = max(0.04 * (high - low), CLOSEST * max(abs(low), abs(high)), SMALLEST) if high > low else alone
    return Axis(kind, low - room, high + room, start, end, is_whole)


def spelled(value: float, digits: int = 6) -> str:
    """Format a number for a tick label in few characters.

    Args:
        value: number to format.
        digits: number of significant digits.

    >>> spelled(0.30000000000000004), spelled(1200.0), spelled(1e-05), spelled(12_500_000.0)
    ('0.3', '1200', '1e-05', '1.25e7')
    """
    plain = f"{value + 0.0:.{digits}g}"
    if abs(value) < LARGE or ("e" not in plain and len(plain) <= LONGEST):
        return plain
    mantissa, power = f"{value:.{digits - 1}e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(power)}"


def _ticks(low: float, high: float, count: float, is_whole: bool) -> tuple[float, ...]:
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= rough * (1 - 1e-9))
    if is_whole:
        step = max(1.0, round(step))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(number * step for number in range(first, last + 1))


def _log_choices(low: float, high: float) -> Iterator[tuple[float, ...]]:
    span = min(high / low, FURTHEST)
    decades = range(math.floor(math.log10(low)), min(math.ceil(math.log10(high)), LAST_DECADE) + 1)

    def within(digits: Iterable[int], every: int = 1) -> tuple[float, ...]:
        values = (digit * 10.0**decade for decade in decades if decade % every == 0 for digit in digits)
        return tuple(value for value in values if low <= value * (1 + 1e-9) and value <= high * (1 + 1e-9))

    if span >= WIDE:
        every = math.ceil(math.log10(span) / MOST_DECADES)
        yield from (within((1,), times * every) for times in (1, 2, 3))
    if span >= NARROW:
        yield within((1, 2, 5))
        yield within((1, 3))
    if span < WIDE:
        yield within(range(1, 10))
