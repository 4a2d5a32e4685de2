"""Defines the ranges that a search draws values from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from pydantic.json_schema import JsonSchemaValue

from sweep.records import Value

DistributionKind = Literal[
    "uniform", "log_uniform", "one_minus_log_uniform", "int_uniform", "log_int_uniform", "step_uniform"
]
KINDS: tuple[DistributionKind, ...] = get_args(DistributionKind)
OF_REAL: tuple[DistributionKind, ...] = ("uniform", "log_uniform", "one_minus_log_uniform", "step_uniform")
"""Ranges of a hyperparameter that is a real number."""

OF_WHOLE: tuple[DistributionKind, ...] = ("int_uniform", "log_int_uniform", "step_uniform")
"""Ranges of a hyperparameter that is a whole number."""

STEPPED: tuple[DistributionKind, ...] = ("step_uniform",)
"""Ranges that are given with a step."""


@dataclass(frozen=True)
class Distribution:
    """A range to draw values from.

    Args:
        kind: ``uniform``; ``log_uniform``, whose logarithm is uniform; ``one_minus_log_uniform``, where the
            logarithm of 1 - value is uniform, which suits betas; ``int_uniform`` and ``log_int_uniform``, the same of
            whole numbers; ``step_uniform``, equally likely values in equal steps.
        low: lowest value.
        high: highest value, above ``low``.
        step: distance between neighbouring values of ``step_uniform``; else 0.
        values: the values of ``step_uniform``, in order; else empty.
    """

    kind: DistributionKind
    low: float
    high: float
    step: float = 0.0
    values: tuple[Value, ...] = ()

    @property
    def size(self) -> int | None:
        """Number of values; None if it is continuous.

        >>> Distribution("int_uniform", 16, 64).size, Distribution("uniform", 0, 1).size
        (49, None)
        """
        if self.kind in ("int_uniform", "log_int_uniform"):
            return int(self.high) - int(self.low) + 1
        return len(self.values) or None

    @property
    def listed(self) -> tuple[Value, ...]:
        """All values in order, of a range that has a `size`."""
        return self.values or tuple(range(int(self.low), int(self.high) + 1))

    @property
    def written(self) -> dict[str, list[float]]:
        """The range as in a file."""
        ends = [self.low, self.high, *([self.step] if self.kind in STEPPED else [])]
        whole = self.kind in ("int_uniform", "log_int_uniform") or (
            bool(self.values) and all(isinstance(value, int) for value in self.values)
        )
        return {self.kind: [int(end) if whole and end == int(end) else end for end in ends]}

    def holds(self, value: Any) -> bool:
        """Whether a number lies in the range.

        >>> Distribution("log_uniform", 0.1, 1.0).holds(0.5), Distribution("int_uniform", 1, 8).holds(2.5)
        (True, False)
        """
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        if self.size is not None:
            return value in self.values if self.values else float(value).is_integer() and self.low <= value <= self.high
        return self.low <= value <= self.high


def ends_problem(distribution: Distribution) -> tuple[str, str] | None:
    """Return the rule that the ends of a distribution break and a hint; None if they are valid."""
    if distribution.low >= distribution.high:
        return "must have its lowest value first, below the highest", "Swap or change them."
    if distribution.kind in ("log_uniform", "log_int_uniform") and distribution.low <= 0.0:
        return "must begin above 0, where the logarithm exists", "Raise the lowest value."
    if distribution.kind == "one_minus_log_uniform" and distribution.high >= 1.0:
        return "must end below 1, where log(1 - value) exists", "Lower the highest value."
    return None


def distribution_schema(kind: DistributionKind, one: JsonSchemaValue) -> JsonSchemaValue:
    """Return the JSON schema of a range.

    Args:
        kind: which range.
        one: schema of a value.
    """
    count = 3 if kind in STEPPED else 2
    item = {"type": "number"} if kind in STEPPED else {"type": "integer"} if kind in OF_WHOLE else one
    ends = {"type": "array", "items": item, "minItems": count}
    properties = {kind: {**ends, "maxItems": count}}
    return {"type": "object", "properties": properties, "required": [kind], "additionalProperties": False}
