"""Says what a value must be; pydantic collects these and the renderer turns each into one sentence."""

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
        rule: what must hold, continuing "`the.key` ...".
        way_out: what to do, a full sentence.
        at: path from the value that is being validated to the one at fault.
        received: the value at fault.
        absolute: True when ``at`` begins at the top of the file.
        is_key: True when the key itself is at fault and the value does not matter.
    """

    rule: str
    way_out: str
    at: Keys = ()
    received: Any = None
    absolute: bool = False
    is_key: bool = False

    @property
    def error(self) -> PydanticCustomError:
        """This problem as pydantic carries it."""
        context = {"way_out": self.way_out, "is_key": self.is_key, "at": self.at if self.absolute else None}
        # A context entry, so that braces in the rule are not taken for placeholders.
        return PydanticCustomError("rule", "{rule}", {"rule": self.rule, **context})


def refuse(problems: Sequence[Problem]) -> NoReturn:
    """Raise all ``problems`` at once from inside a pydantic validator."""
    raise ValidationError.from_exception_data(
        "problems",
        [
            InitErrorDetails(type=problem.error, loc=() if problem.absolute else problem.at, input=problem.received)
            for problem in problems
        ],
    )
