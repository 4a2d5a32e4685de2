"""The numbers that each schedule takes and their ranges, shared by schedules in Python and in a sweep file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np

from trainers.limits import (
    BOUNDARY,
    INTERVAL,
    MULTIPLIER,
    PATIENCE,
    RATE,
    THRESHOLD,
    WARMUP,
    Limit,
    check_number,
    check_word,
    refuse,
)
from trainers.optimizers.base import Hyperparameter
from trainers.schedules.base import By, Numbers
from trainers.schedules.rules import RULES

BY: tuple[str, ...] = get_args(By)
STARTS = (0, 1)
LIMITS: dict[str, Limit] = {"interval": INTERVAL, "warmup": WARMUP, "patience": PATIENCE, "threshold": THRESHOLD}
USUAL = Numbers()


@dataclass(frozen=True)
class Broken:
    """A rule that a number of a schedule violates; ``is_key`` if giving the number at all is the violation."""

    name: str
    rule: str
    way_out: str
    received: Any = None
    is_key: bool = False


def applicable(kind: str, has_boundaries: bool, has_warmup: bool) -> tuple[str, ...]:
    """The numbers that a schedule uses.

    >>> applicable("staircase", has_boundaries=False, has_warmup=False)
    ('rate', 'by', 'interval', 'warmup')
    >>> applicable("constant", has_boundaries=False, has_warmup=True)
    ('by', 'warmup')
    """
    takes = RULES[kind].takes
    if has_boundaries and RULES[kind].by_hand:
        takes = RULES[kind].by_hand
    elif has_warmup and "by" not in takes:
        takes = (*takes, "by")
    return (*takes, "warmup")


def unused(kind: str, name: str, used: Sequence[str]) -> Broken:
    """The violation of giving a number that the schedule does not use."""
    return Broken(name, f"is not used by this {kind} decay, which takes {', '.join(used)}", "Leave it out.", None, True)


def rate_rule(kind: str, declared: Hyperparameter) -> str:
    """The range of a schedule's rate, as text."""
    return f"must lie in {declared.interval} for the decay {kind}, whose {declared.summary} it is"


RATE_WAY_OUT = "Give a value such as 0.5."


def broken_stairs(boundaries: Sequence[int] | None, values: Sequence[float] | None) -> Iterator[Broken]:
    """Check the boundaries and values of a staircase against each other; None for those not given."""
    if (boundaries is None) != (values is None):
        there, missing = ("values", "boundaries") if boundaries is None else ("boundaries", "values")
        way_out = "Give both, such as `boundaries: [5, 8]` and `values: [1.0, 0.1, 0.01]`."
        yield Broken(there, f"is given without `{missing}`", way_out, None, True)
    if boundaries is None or values is None:
        return
    if list(boundaries) != sorted(set(boundaries)):
        yield Broken("boundaries", "must increase", "Sort them and drop repeated ones.", list(boundaries))
    if len(values) != len(boundaries) + 1:
        rule = f"must have one entry more than `boundaries`, which has {len(boundaries)}"
        yield Broken("values", rule, "The first value holds before the first boundary.", list(values))


def check(numbers: Numbers) -> None:
    """Refuse a schedule that would be invalid in a sweep file.

    Raises:
        ValueError: for an unknown kind, or a number that is out of range, missing, or not used by the kind.
    """
    check_word("kind", numbers.kind, tuple(RULES))
    if numbers == USUAL:
        return
    check_word("by", numbers.by, BY, "a value")
    check_word(
        "start", int(numbers.start) if isinstance(numbers.start, np.integer) else numbers.start, STARTS, "a value"
    )
    for name, limit in LIMITS.items():
        value = getattr(numbers, name)
        if not limit.accepts(value):
            refuse(name, f"must {limit.rule}", value, f"Give a value such as {limit.example}.")
    for name, limit in (("boundaries", BOUNDARY), ("values", MULTIPLIER)):
        for index, value in enumerate(getattr(numbers, name)):
            check_number(f"{name}[{index}]", value, limit)
    boundaries, values = numbers.boundaries or None, numbers.values or None
    used = applicable(numbers.kind, boundaries is not None, numbers.warmup > 0)
    for broken in (*_unused(numbers, used), *broken_stairs(boundaries, values)):
        said = "" if broken.is_key else f". Received: {broken.received!r}"
        raise ValueError(f"`{broken.name}` {broken.rule}{said}. {broken.way_out}")
    _check_rate(numbers, used)


def _unused(numbers: Numbers, used: Sequence[str]) -> Iterator[Broken]:
    for name in ("rate", "interval", "boundaries", "values", "patience", "threshold"):
        # A missing one of the pair is reported by `broken_stairs`.
        by_hand = name in ("boundaries", "values") and name in RULES[numbers.kind].by_hand
        if name not in used and not by_hand and getattr(numbers, name) != getattr(USUAL, name):
            yield unused(numbers.kind, name, used)


def _check_rate(numbers: Numbers, used: Sequence[str]) -> None:
    declared = RULES[numbers.kind].rate
    if declared is None or "rate" not in used:
        return
    if numbers.rate is None:
        if declared.default is None:
            raise ValueError(
                f"`decay_rate` is needed by the decay {numbers.kind!r}. Write such as "
                f"`Schedule({numbers.kind!r}, rate=0.5)`."
            )
    elif not RATE.accepts(numbers.rate):
        refuse("rate", f"must {RATE.rule}", numbers.rate, f"Give a value such as {RATE.example}.")
    elif not declared.accepts(float(numbers.rate)):
        refuse("rate", rate_rule(numbers.kind, declared), numbers.rate, RATE_WAY_OUT)
