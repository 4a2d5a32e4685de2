"""The range of each number that a training takes, and the sentences that refuse what lies outside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, NoReturn

from trainers.errors import did_you_mean

LARGEST_COUNT = 10**9
"""A bound on batch sizes, epochs and the like, so that all counts of a sweep fit into 64 bits."""

LARGEST_SEED = 2**63 - 1
"""What the tables of results and MLflow hold as a whole number."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """The range of one number.

    Args:
        minimum: lowest value.
        maximum: highest value.
        open_minimum: True when ``minimum`` itself is not allowed.
        open_maximum: True when ``maximum`` itself is not allowed.
        is_whole: True when only whole numbers are allowed.
        example: a value to offer when the given one is wrong.
    """

    minimum: float
    maximum: float = math.inf
    open_minimum: bool = False
    open_maximum: bool = False
    is_whole: bool = False
    example: Any

    def broken_by(self, value: Any) -> str | None:
        """The rule that a value breaks, continuing "`the.key` ..."; None when there is none.

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
        """Tell whether ``value`` is such a number."""
        return self.broken_by(value) is None

    @property
    def rule(self) -> str:
        """The whole rule at once, continuing "`the.key` must ...".

        >>> INTERVAL.rule, THRESHOLD.rule
        ('be a whole number, 1 or more', 'lie in [0, 1)')
        """
        if math.isfinite(self.maximum) and self.maximum < LARGEST_COUNT:
            left, right = "(" if self.open_minimum else "[", ")" if self.open_maximum else "]"
            return f"lie in {left}{self.minimum:g}, {self.maximum:g}{right}"
        return f"be a {'whole ' if self.is_whole else ''}number, {self.minimum} or more"

    @property
    def bounds(self) -> dict[str, Any]:
        """The ends as the fields of pydantic spell them.

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
"""What the formula of some schedule accepts; the range of one formula is in its own file."""
INTERVAL = Limit(minimum=1, maximum=LARGEST_COUNT, is_whole=True, example=1)
WARMUP = Limit(minimum=0, maximum=LARGEST_COUNT, is_whole=True, example=5)
PATIENCE = Limit(minimum=0, maximum=LARGEST_COUNT, is_whole=True, example=10)
THRESHOLD = Limit(minimum=0, maximum=1, open_maximum=True, example=1e-4)
BOUNDARY = Limit(minimum=1, maximum=LARGEST_COUNT, is_whole=True, example=[5, 8])
MULTIPLIER = Limit(minimum=0, open_minimum=True, example=[1.0, 0.1, 0.01])


def is_number(value: Any) -> bool:
    """Tell a number, NumPy's too, from everything else, True and False included."""
    return isinstance(value, Real) and not isinstance(value, bool)


def refuse(name: str, rule: str, received: Any, way_out: str) -> NoReturn:
    """Say what is wrong with an argument.

    Raises:
        ValueError: always.
    """
    raise ValueError(f"`{name}` {rule}. Received: {received!r}. {way_out}")


def check_number(name: str, value: Any, limit: Limit) -> None:
    """Refuse what is no number of a range, by the rule that it breaks."""
    if rule := limit.broken_by(value):
        refuse(name, rule, value, f"Give a value such as {limit.example}.")


def check_word(name: str, value: Any, known: Sequence[Any], one: str = "one") -> None:
    """Refuse what is not one of a few known values; the way out offers ``one`` of them."""
    if not any(value == word and type(value) is type(word) for word in known):
        suggestion = did_you_mean(value, [str(word) for word in known]).strip() if isinstance(value, str) else ""
        rule = f"must be one of {', '.join(map(str, known))}"
        refuse(name, rule, value, suggestion or f"Give {one} such as {known[0]}.")
