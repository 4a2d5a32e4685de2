"""A health card: one thing that may mislead the reader of a comparison, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["serious", "warning", "note"]

ORDER: tuple[Severity, ...] = ("serious", "warning", "note")


@dataclass(frozen=True)
class Card:
    """A finding of a health check.

    Args:
        check: which check, such as ``edge``; the same for every card of it.
        severity: ``serious`` can turn the answer around, ``warning`` can change its numbers, ``note`` is good to know.
        sentence: what was found, with the numbers.
        advice: what to do.
    """

    check: str
    severity: Severity
    sentence: str
    advice: str
