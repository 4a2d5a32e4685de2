"""Parses the values of one hyperparameter: a value, a list of values, or a distribution."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from sweep.config.distributions import (
    OF_REAL,
    OF_WHOLE,
    STEPPED,
    Distribution,
    DistributionKind,
    distribution_schema,
    ends_problem,
)
from sweep.config.document import Keys
from sweep.config.problems import Problem, refuse
from sweep.records import Value
from trainers.errors import did_you_mean
from trainers.limits import LARGEST_COUNT, Limit
from trainers.optimizers import Hyperparameter

MOST_STEPS = 100_000
"""Maximum number of values of a range."""

Domain: TypeAlias = tuple[Value, ...] | Distribution
"""The values that a search tries, or the distribution that it draws them from."""


@dataclass(frozen=True)
class Values:
    """Annotation of a field that accepts a value, a list of values, or a distribution.

    Args:
        rule: what one value must be, continuing "`the.key` must ...".
        example: a valid value, shown in error messages.
        accepts: returns whether one value is valid.
        schema: the JSON schema of one value.
        convert: converts a valid value to its canonical form.
        words: the valid strings, of which the nearest is suggested.
        is_number: True when the values are numbers, which can also be given as equal steps.
        kinds: the distributions that the values can be drawn from; none for words.
    """

    rule: str
    example: Value
    accepts: Callable[[Any], bool]
    schema: Mapping[str, Any]
    convert: Callable[[Any], Value]
    words: tuple[Value, ...] = ()
    is_number: bool = False
    kinds: tuple[DistributionKind, ...] = ()

    def read(self, raw: Any) -> Domain:
        """Convert a raw value from the file to a domain.

        Raises:
            ValidationError: with all problems of the value.
        """
        if isinstance(raw, Mapping):
            if self.is_number and list(raw) == ["range"]:
                return self.read(self._steps(raw["range"]))
            return self._read_distribution(raw)
        values = raw if isinstance(raw, list | tuple) else [raw]
        if not values:
            refuse([Problem("must not be an empty list", self._hint(), received=raw)])
        if wrong := self._problems(values):
            refuse(wrong)
        return tuple(self.convert(value) for value in values)

    def _problems(self, values: Sequence[Any], at: Keys = ()) -> list[Problem]:
        return [
            Problem(f"must {self.rule}", self._hint(value), (*at, index), value)
            for index, value in enumerate(values)
            if not self.accepts(value)
        ]

    def _hint(self, received: Any = None) -> str:
        suggestion = did_you_mean(received, map(str, self.words)) if isinstance(received, str) else ""
        return suggestion.strip() or f"Give a value such as {self.example}."

    def _steps(self, ends: Any, key: str = "range") -> list[int | float]:
        is_given = isinstance(ends, list | tuple) and len(ends) == 3 and all(map(is_finite_number, ends))
        if not is_given or ends[2] <= 0 or ends[0] > ends[1]:
            rule = "must be a list of the lowest value, the highest and a step above 0"
            refuse([Problem(rule, f"Write such as `{{{key}: [0, 1, 0.1]}}`.", (key,), ends)])
        if (ends[1] - ends[0]) / ends[2] >= MOST_STEPS:
            rule = f"must make at most {MOST_STEPS:,} values"
            refuse([Problem(rule, "Give a larger step.", (key,), ends)])
        return steps(*ends)

    def _read_distribution(self, raw: Mapping[str, Any]) -> Distribution:
        if not self.kinds:
            refuse([Problem("takes a value or a list of values", self._hint(), received=raw)])
        shape = f"{{{'log_uniform' if 'log_uniform' in self.kinds else self.kinds[0]}: [low, high]}}"
        kind = next((kind for kind in self.kinds if list(raw) == [kind]), None)
        if kind is None:
            rule = f"must be a value, a list, a range, or one of the distributions {', '.join(self.kinds)}"
            refuse([Problem(rule, f"Write such as `{shape}`.", received=raw)])
        ends = raw[kind]
        if kind in STEPPED:
            values = self._steps(ends, kind)
            if wrong := self._problems(values[:1] + values[-1:], (kind,)):
                refuse(wrong)
            listed = tuple(map(self.convert, values))
            return Distribution(kind, float(ends[0]), float(ends[1]), float(ends[2]), listed)
        if not isinstance(ends, list | tuple) or len(ends) != 2:
            rule = "must be a list of the lowest and the highest value"
            refuse([Problem(rule, f"Write such as `{shape}`.", (kind,), ends)])
        if wrong := self._problems(ends, (kind,)):
            refuse(wrong)
        if kind in OF_WHOLE and not all(map(is_whole, ends)):
            refuse([Problem("must have whole numbers as its ends", "Give such as [16, 256].", (kind,), ends)])
        distribution = Distribution(kind, float(ends[0]), float(ends[1]))
        if problem := ends_problem(distribution):
            refuse([Problem(*problem, (kind,), ends)])
        return distribution

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.read, serialization=core_schema.plain_serializer_function_ser_schema(written_form)
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return _domain_schema(dict(self.schema), is_number=self.is_number, kinds=self.kinds)


def _domain_schema(one: JsonSchemaValue, *, is_number: bool, kinds: Sequence[DistributionKind]) -> JsonSchemaValue:
    """JSON schema of a value, a list of values, or for numbers a range or a distribution."""
    forms: list[JsonSchemaValue] = [one, {"type": "array", "items": one, "minItems": 1}]
    if is_number:
        three = {"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 3}
        forms.append(
            {"type": "object", "properties": {"range": three}, "required": ["range"], "additionalProperties": False}
        )
    forms += [distribution_schema(kind, one) for kind in kinds]
    return {"anyOf": forms}


REAL_NUMBERS: JsonSchemaValue = _domain_schema({"type": "number"}, is_number=True, kinds=OF_REAL)
"""JSON schema of a numeric hyperparameter without a known range."""


def written_form(domain: Domain | None) -> Any:
    """Convert a domain back to the form used in a file.

    >>> written_form(Distribution("uniform", 0.0, 1.0)), written_form((0.1,)), written_form((0.1, 0.2))
    ({'uniform': [0.0, 1.0]}, 0.1, [0.1, 0.2])
    """
    if domain is None:
        return None
    if isinstance(domain, Distribution):
        return domain.written
    return domain[0] if len(domain) == 1 else list(domain)


def steps(low: float, high: float, step: float) -> list[int | float]:
    """The values from ``low`` to ``high`` in equal steps, in decimal arithmetic; ``high`` is one if a step meets it.

    >>> steps(0, 0.5, 0.1), steps(16, 64, 16), steps(1, 2, 0.4)
    ([0, 0.1, 0.2, 0.3, 0.4, 0.5], [16, 32, 48, 64], [1, 1.4, 1.8])
    """
    first, last, by = (Decimal(repr(end)) for end in (low, high, step))
    values = [first + number * by for number in range(int((last - first) / by) + 1)]
    return [int(value) if value == value.to_integral_value() else float(value) for value in values]


def is_whole(value: Any) -> bool:
    """Whether the value is an int and not a bool."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_finite_number(value: Any) -> bool:
    """Whether the value is a number, not a bool, that is finite as a float."""
    try:
        return not isinstance(value, bool) and isinstance(value, int | float) and math.isfinite(value)
    except OverflowError:
        return False


def numbers(declarations: Sequence[Hyperparameter]) -> Values:
    """Create the annotation of a hyperparameter whose range is the intersection of its ``declarations``."""
    first = declarations[0]
    schema: dict[str, Any] = {"type": "number"}
    schema["exclusiveMinimum" if first.open_minimum else "minimum"] = first.minimum
    if math.isfinite(first.maximum):
        schema["exclusiveMaximum" if first.open_maximum else "maximum"] = first.maximum

    def accepts(value: Any) -> bool:
        return is_finite_number(value) and all(declared.accepts(float(value)) for declared in declarations)

    return Values(f"lie in {first.interval}", first.example, accepts, schema, float, is_number=True, kinds=OF_REAL)


def counts(example: int, *words: str, minimum: int = 1) -> Values:
    """Create the annotation of a whole number from ``minimum``, or one of ``words``."""
    rule = f"be a whole number, {minimum} or more" + "".join(f", or {word}" for word in words)
    schema: dict[str, Any] = {"type": "integer", "minimum": minimum}
    if words:
        schema = {"anyOf": [schema, *({"const": word} for word in words)]}

    def accepts(value: Any) -> bool:
        return (is_whole(value) and minimum <= value <= LARGEST_COUNT) or (isinstance(value, str) and value in words)

    return Values(rule, example, accepts, schema, lambda value: value, words=words, is_number=True, kinds=OF_WHOLE)


def limited(limit: Limit) -> Values:
    """Create the annotation of a number in a range declared by the trainers."""
    if limit.is_whole:
        return counts(limit.example, minimum=int(limit.minimum))
    schema: dict[str, Any] = {"type": "number", "minimum": limit.minimum}
    if math.isfinite(limit.maximum):
        schema["exclusiveMaximum" if limit.open_maximum else "maximum"] = limit.maximum

    def accepts(value: Any) -> bool:
        return is_finite_number(value) and limit.accepts(value)

    return Values(limit.rule, limit.example, accepts, schema, float, is_number=True, kinds=OF_REAL)


def words(known: Sequence[Value]) -> Values:
    """Create the annotation of a value from a fixed list."""
    rule = f"be one of {', '.join(map(str, known))}"

    def accepts(value: Any) -> bool:
        return any(value == name and type(value) is type(name) for name in known)

    return Values(rule, known[0], accepts, {"enum": list(known)}, lambda value: value, words=tuple(known))
