"""Maps numbers to places on an axis, and finds round numbers for its ticks."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from sweep.report.graphs import Scale as Kind

NARROW, WIDE = 4.0, 100.0
"""Largest over smallest value below which a logarithmic axis numbers all ticks, or those of 1, 2 and 5."""

MOST_DECADES = 7


@dataclass(frozen=True)
class Axis:
    """An axis of a panel.

    Args:
        kind: linear or logarithmic.
        low: value at its beginning.
        high: value at its end, larger than ``low``.
        start: place of its beginning.
        end: place of its end.
        is_whole: whether only whole numbers get a tick.
    """

    kind: Kind
    low: float
    high: float
    start: float
    end: float
    is_whole: bool = False

    def place(self, value: float) -> float:
        """Where a value lies; outside the axis beyond its ends.

        >>> Axis("log", 1, 100, 0, 50).place(10)
        25.0
        """
        low, high = self.low, self.high
        if self.kind == "log":
            value, low, high = math.log10(max(value, 1e-300)), math.log10(low), math.log10(high)
        return round(self.start + (value - low) / (high - low) * (self.end - self.start), 1)

    @property
    def ticks(self) -> tuple[float, ...]:
        """Round values on the axis."""
        return _log_ticks(self.low, self.high) if self.kind == "log" else _ticks(self.low, self.high, self.is_whole)


def fitted(values: Iterable[float], kind: Kind, start: float, end: float, *, is_whole: bool = False) -> Axis:
    """An axis that shows all finite values, with a little room at both ends.

    Args:
        values: what is to be seen.
        kind: linear or logarithmic, where only positive values can be shown.
        start: place of its beginning.
        end: place of its end.
        is_whole: whether only whole numbers get a tick.
    """
    shown = [value for value in values if math.isfinite(value) and (kind == "linear" or value > 0)]
    low, high = (min(shown), max(shown)) if shown else (0.1, 1.0)
    if kind == "log":
        factor = (high / low) ** 0.04 if high > low else 2.0
        return Axis(kind, low / factor, high * factor, start, end)
    room = 0.04 * (high - low) or max(0.5 * abs(high), 0.5)
    return Axis(kind, low - room, high + room, start, end, is_whole)


def spelled(value: float) -> str:
    """Spell the number of a tick.

    >>> spelled(0.30000000000000004), spelled(1200.0), spelled(1e-05)
    ('0.3', '1200', '1e-05')
    """
    return f"{value:.6g}" if abs(value) < 1e6 else f"{value:.3g}"


def _ticks(low: float, high: float, is_whole: bool) -> tuple[float, ...]:
    rough = (high - low) / 6
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= rough)
    if is_whole:
        step = max(1.0, round(step))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(count * step for count in range(first, last + 1))


def _log_ticks(low: float, high: float) -> tuple[float, ...]:
    span = high / low
    digits = range(1, 10) if span < NARROW else (1, 2, 5) if span < WIDE else (1,)
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    every = math.ceil(math.log10(span) / MOST_DECADES)
    values = [digit * 10.0**decade for decade in decades if decade % every == 0 for digit in digits]
    return tuple(value for value in values if low <= value * (1 + 1e-9) and value <= high * (1 + 1e-9))
