"""Represents a broken configuration rule, which pydantic collects and `messages` formats as one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from sweep.config.document import Keys


@dataclass(frozen=True)
class Problem:
    """One broken rule.

    Args:
        rule: the rule, continuing "`the.key` ...".
        hint: how to fix it, a full sentence.
        at: path from the validated value to the invalid one.
        received: the invalid value.
        absolute: True when ``at`` starts at the top level of the file.
        is_key: True when the key itself is invalid, whatever its value.
    """

    rule: str
    hint: str
    at: Keys = ()
    received: Any = None
    absolute: bool = False
    is_key: bool = False

    @property
    def error(self) -> PydanticCustomError:
        """Convert the problem to a pydantic error."""
        context = {"hint": self.hint, "is_key": self.is_key, "at": self.at if self.absolute else None}
        # The rule is a context entry, so that braces in it are not interpreted as placeholders.
        return PydanticCustomError("rule", "{rule}", {"rule": self.rule, **context})


def refuse(problems: Sequence[Problem]) -> NoReturn:
    """Raise all ``problems`` together as one ValidationError, from inside a pydantic validator."""
    raise ValidationError.from_exception_data(
        "problems",
        [
            InitErrorDetails(type=problem.error, loc=() if problem.absolute else problem.at, input=problem.received)
            for problem in problems
        ],
    )


def placed(error: ValidationError, at: Keys) -> list[InitErrorDetails]:
    """Return the errors of a part of a value, each with the path ``at`` of the part before its own."""
    found = []
    for details in error.errors(include_url=False):
        context = details.get("ctx", {})
        is_own = details["type"] == "rule"
        kind = PydanticCustomError("rule", "{rule}", context) if is_own else details["type"]
        loc = () if context.get("at") is not None else (*at, *details["loc"])
        found.append(InitErrorDetails(type=kind, loc=loc, input=details["input"], ctx=context))
    return found
