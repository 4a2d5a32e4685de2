"""Base class of all configuration sections, and field types for registry names and counts."""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from sweep.config.problems import Problem, refuse
from trainers.errors import did_you_mean

LINE = 116
"""Line width of an attribute docstring within a class."""


class Section(BaseModel):
    """Base class of a configuration section: frozen, strictly typed, unknown keys forbidden."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


@dataclass(frozen=True)
class OneOf:
    """Annotation of a string field that accepts one of ``names``."""

    names: tuple[str, ...]

    def read(self, raw: Any) -> str:
        """Accept a known name.

        Raises:
            ValidationError: with the nearest known name, if it is not one.
        """
        if isinstance(raw, str) and raw in self.names:
            return raw
        refuse([unknown_name(raw, self.names)])

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"enum": list(self.names), "type": "string"}


@dataclass(frozen=True)
class CountOr:
    """Annotation of a field that accepts a whole number from 1, or ``word``."""

    word: str

    def read(self, raw: Any) -> int | str:
        """Accept a count or the word.

        Raises:
            ValidationError: if it is neither.
        """
        if raw == self.word or (type(raw) is int and raw >= 1):
            return raw  # type: ignore[no-any-return]
        rule = f"must be a whole number, 1 or more, or {self.word}"
        refuse([Problem(rule, f"Give one such as {self.word}.", received=raw)])

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"type": "integer", "minimum": 1}, {"const": self.word}]}


@dataclass(frozen=True)
class NumberOr:
    """Annotation of a field that accepts a finite number from 0, or ``word``."""

    word: str

    def read(self, raw: Any) -> float | str:
        """Accept a number or the word.

        Raises:
            ValidationError: if it is neither.
        """
        if raw == self.word:
            return self.word
        if isinstance(raw, int | float) and not isinstance(raw, bool) and 0 <= raw <= sys.float_info.max:
            return float(raw)
        rule = f"must be a number, 0 or more, or {self.word}"
        refuse([Problem(rule, f"Give one such as {self.word}.", received=raw)])

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"type": "number", "minimum": 0}, {"const": self.word}]}


def paragraph(text: str) -> str:
    """Wrap a generated description to the same line width as the docstrings of other fields.

    >>> paragraph("What is code " + "stays " * 16 + "`in one line`.").splitlines()[1]
    '`in one line`.'
    """
    whole = re.sub("`[^`]*`", lambda code: code[0].replace(" ", "\0"), text)
    # The opening quotation marks of a docstring are part of its first line.
    lines = textwrap.wrap(whole, LINE, initial_indent="   ", break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines).strip().replace("\0", " ")


def unknown_name(raw: Any, names: Sequence[str]) -> Problem:
    """Describe that ``raw`` is not one of ``names``, with the nearest match as a suggestion."""
    suggestion = did_you_mean(raw, names).strip() if isinstance(raw, str) else ""
    return Problem(f"must be one of {', '.join(names)}", suggestion or f"Give one such as {names[0]}.", received=raw)
