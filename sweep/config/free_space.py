"""Configuration of the search space of a user's own training: hyperparameters of any name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, GetJsonSchemaHandler, SkipValidation, model_serializer
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from sweep.config.base_section import Section
from sweep.config.free_values import name_problem, read_domain, written_values
from sweep.config.problems import Problem, refuse
from sweep.config.values import Distribution, Domain, written_form


class FreeSpace(Section):
    """One or more spaces, each with its own hyperparameters; every combination within one of them is a setting."""

    parts: Annotated[tuple[Mapping[str, Domain], ...], SkipValidation] = Field(default=({},))
    """The spaces: hyperparameter -> values to try."""

    @property
    def names(self) -> tuple[str, ...]:
        """The hyperparameters of all spaces, in order of first appearance."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part))

    @model_serializer(mode="plain")
    def _written(self) -> Any:
        parts = [{name: _written_domain(domain) for name, domain in part.items()} for part in self.parts]
        return parts[0] if len(parts) == 1 else parts

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        described = "Hyperparameters of any name, each with the values to try; or a list of such spaces, their union."
        one: JsonSchemaValue = {"type": "object", "additionalProperties": True}
        return {
            "anyOf": [one, {"type": "array", "items": one, "minItems": 1}],
            "description": described,
            "properties": {},
        }


def _written_domain(domain: Domain) -> Any:
    if isinstance(domain, Distribution):
        return written_form(domain)
    values = written_values(domain)
    # A single list would be read as a list of values.
    return values[0] if len(values) == 1 and not isinstance(values[0], list | Mapping) else values


def read_free_space(raw: Any) -> FreeSpace:
    """Read `space` for a user's own training: a mapping, or a list of mappings.

    Raises:
        ValidationError: with the problems of all names and values.
    """
    if isinstance(raw, FreeSpace):
        return raw
    is_union = isinstance(raw, list | tuple)
    spaces = list(raw) if is_union else [raw]
    hint = "Give such as `{learning_rate: [0.01, 0.1]}`."
    if is_union and not spaces:
        refuse([Problem("must not be an empty list", hint, received=raw)])
    problems, parts = [], []
    for index, space in enumerate(spaces):
        at = (index,) if is_union else ()
        if not isinstance(space, Mapping):
            refuse([Problem("must be a section of keys and values, or a list of such", hint, at, space)])
        for name in space:
            if problem := name_problem(str(name)):
                problems.append(Problem(*problem, (*at, name), is_key=True))
        if not problems:
            parts.append({str(name): read_domain(values, (*at, name)) for name, values in space.items()})
    if problems:
        refuse(problems)
    return FreeSpace(parts=tuple(parts))
