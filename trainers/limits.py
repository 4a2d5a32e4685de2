"""The range of each number that a training accepts, and the messages for values outside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, NoReturn

from trainers.errors import did_you_mean

LARGEST_COUNT = 10**9
"""Upper bound on batch sizes, epochs and similar, so that all counts of a sweep fit into 64 bits."""

LARGEST_SEED = 2**63 - 1
"""The largest integer that result tables and MLflow can store."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """The range of one number.

    Args:
        minimum: lowest value.
        maximum: highest value.
        open_minimum: True when ``minimum`` itself is not allowed.
        open_maximum: True when ``maximum`` itself is not allowed.
        is_whole: True if only integers are allowed.
        example: a valid value to suggest in error messages.
    """

    minimum: float
    maximum: float = math.inf
    open_minimum: bool = False
    open_maximum: bool = False
    is_whole: bool = False
    example: Any

    def broken_by(self, value: Any) -> str | None:
        """The rule that a value violates, continuing "`the.key` ..."; None if it violates none.

        >>> EPOCHS.broken_by(0), EPOCHS.broken_by(2.5), EPOCHS.broken_by(3)
        ('must be 1 or more', 'must be a whole number', None)
        """
        if not is_number(value) or (self.is_whole and not isinstance(value, Integral)):
            return "must be a whole number" if self.is_whole else "must be a number"
        if not math.isfinite(value):
            return "must be a finite number"
        if value < self.minimum or (self.open_minimum and value == self.minimum):
            return f"must be above {self.minimum}" if self.open_minimum else f"must be {self.minimum} or more"
        if value > self.maximum or (self.open_maximum and value == self.maximum):
            return f"must be below {self.maximum}" if self.open_maximum else f"must be {self.maximum} or less"
        return None

    def accepts(self, value: Any) -> bool:
        """Whether ``value`` is a number in the range."""
        return self.broken_by(value) is None

    @property
    def rule(self) -> str:
        """The complete rule, continuing "`the.key` must ...".

        >>> INTERVAL.rule, THRESHOLD.rule
        ('be a whole number, 1 or more', 'lie in [0, 1)')
        """
        if math.isfinite(self.maximum) and self.maximum < LARGEST_COUNT:
            left, right = "(" if self.open_minimum else "[", ")" if self.open_maximum else "]"
            return f"lie in {left}{self.minimum:g}, {self.maximum:g}{right}"
        return f"be a {'whole ' if self.is_whole else ''}number, {self.minimum} or more"

    @property
    def bounds(self) -> dict[str, Any]:
        """The bounds as keyword arguments of a pydantic field.

        >>> VALIDATION.bounds
        {'gt': 0, 'lt': 1}
        """
        ends: dict[str, Any] = {"gt" if self.open_minimum else "ge": self.minimum}
        if math.isfinite(self.maximum):
            ends["lt" if self.open_maximum else "le"] = self.maximum
        return ends


EPOCHS = Limit(minimum=1, maximum=LARGEST_COUNT, is_whole=True, example=10)
BATCH_SIZE = Limit(minimum=1, maximum=LARGEST_COUNT, is_whole=True, example=64)
WIDTH = Limit(minimum=1, maximum=1_000_000, is_whole=True, example=[64])
L2 = Limit(minimum=0, example=0.0001)
VALIDATION = Limit(minimum=0, maximum=1, open_minimum=True, open_maximum=True, example=0.2)
TARGET = Limit(minimum=-math.inf, example=0.97)
SEED = Limit(minimum=0, maximum=LARGEST_SEED, is_whole=True, example=0)
RATE = Limit(minimum=0, example=0.1)
"""The range accepted by at least one schedule; each schedule's own range is in its file."""
INTERVAL = Limit(minimum=1, maximum=LARGEST_COUNT, is_whole=True, example=1)
WARMUP = Limit(minimum=0, maximum=LARGEST_COUNT, is_whole=True, example=5)
PATIENCE = Limit(minimum=0, maximum=LARGEST_COUNT, is_whole=True, example=10)
THRESHOLD = Limit(minimum=0, maximum=1, open_maximum=True, example=1e-4)
BOUNDARY = Limit(minimum=1, maximum=LARGEST_COUNT, is_whole=True, example=[5, 8])
MULTIPLIER = Limit(minimum=0, open_minimum=True, example=[1.0, 0.1, 0.01])


def is_number(value: Any) -> bool:
    """Whether a value is a real number, including NumPy's; booleans are not."""
    return isinstance(value, Real) and not isinstance(value, bool)


def refuse(name: str, rule: str, received: Any, way_out: str) -> NoReturn:
    """Raise the error for an invalid argument.

    Raises:
        ValueError: always.
    """
    raise ValueError(f"`{name}` {rule}. Received: {received!r}. {way_out}")


def check_number(name: str, value: Any, limit: Limit) -> None:
    """Refuse a value outside a range, with the rule that it violates."""
    if rule := limit.broken_by(value):
        refuse(name, rule, value, f"Give a value such as {limit.example}.")


def check_word(name: str, value: Any, known: Sequence[Any], one: str = "one") -> None:
    """Refuse a value that is not among the known ones; the way out offers ``one`` of them."""
    if not any(value == word and type(value) is type(word) for word in known):
        suggestion = did_you_mean(value, [str(word) for word in known]).strip() if isinstance(value, str) else ""
        rule = f"must be one of {', '.join(map(str, known))}"
        refuse(name, rule, value, suggestion or f"Give {one} such as {known[0]}.")
