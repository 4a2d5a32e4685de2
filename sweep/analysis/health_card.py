"""Defines a health card: one flaw that may mislead the reader of a comparison, with advice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["serious", "warning", "note"]

ORDER: tuple[Severity, ...] = ("serious", "warning", "note")


@dataclass(frozen=True)
class Card:
    """A finding of a health check.

    Args:
        check: name of the check, such as ``edge``, shared by all its cards.
        severity: ``serious`` can reverse the answer, ``warning`` can change its numbers, ``note`` is information.
        sentence: the finding, with its numbers.
        advice: what to do.
    """

    check: str
    severity: Severity
    sentence: str
    advice: str
