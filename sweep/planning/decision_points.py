"""Says at which reports a trial waits until a scheduler has decided whether it goes on."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

COUNTERS = ("epoch", "steps", "examples")
"""Counters that every report of our networks has; a training of the user's own may report others."""


@dataclass(frozen=True)
class DecisionPoints:
    """The values of a counter at which a scheduler decides on a trial: single ones, or all from one on.

    Args:
        counter: ``epoch``, ``steps``, ``examples`` or a metric that rises from report to report.
        values: ascending values, each of which is met by the first report that reaches it.
        start: from this value of the counter on, every report is decided on; None for none.

    >>> points = DecisionPoints(values=(1, 3, 9))
    >>> points.passed(0, 1), points.passed(1, 2), points.passed(2, 9)
    (1, None, 9)
    >>> DecisionPoints(start=2).passed(4, 5)
    5
    """

    counter: str = "epoch"
    values: tuple[float, ...] = ()
    start: float | None = None

    def passed(self, before: float, now: float) -> float | None:
        """Return the last point that lies above ``before`` and not above ``now``; None if there is none."""
        if not math.isfinite(now):
            return None
        if self.start is not None and now >= self.start and now > before:
            return now
        index = bisect_right(self.values, now)
        return self.values[index - 1] if index and self.values[index - 1] > before else None

    def as_mapping(self) -> dict[str, object]:
        """Return it as a mapping of JSON types, from which `from_mapping` makes it again."""
        return {"counter": self.counter, "values": list(self.values), "start": self.start}

    @classmethod
    def from_mapping(cls, facts: Mapping[str, object]) -> DecisionPoints:
        """Make it from what `as_mapping` has returned."""
        values = facts["values"]
        assert isinstance(values, list | tuple), "as_mapping writes a list"
        start = facts["start"]
        return cls(str(facts["counter"]), tuple(map(float, values)), None if start is None else float(str(start)))
