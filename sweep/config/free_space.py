"""Configuration of the search space of a user's own training: hyperparameters of any name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Annotated, Any

from pydantic import Field, GetJsonSchemaHandler, SkipValidation, model_serializer
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from sweep.config.base_section import Section
from sweep.config.distributions import Distribution
from sweep.config.document import Keys
from sweep.config.free_values import label_values, name_problem, read_domain, written_values
from sweep.config.problems import Problem, refuse
from sweep.config.values import Domain, written_form


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
        parts = [{name: written_domain(domain) for name, domain in part.items()} for part in self.parts]
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


def written_domain(domain: Domain) -> Any:
    """Return the values of a hyperparameter in the form of a file."""
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
    problems, parts = [], []
    for at, space in listed_spaces(raw):
        for name in space:
            if problem := name_problem(str(name)):
                problems.append(Problem(*problem, (*at, name), is_key=True))
        if not problems:
            parts.append({str(name): read_domain(values, (*at, name)) for name, values in space.items()})
    if problems:
        refuse(problems)
    return FreeSpace(parts=tuple(_labelled_as_one(parts)))


def listed_spaces(raw: Any) -> Iterator[tuple[Keys, Mapping[str, Any]]]:
    """Yield the spaces of `space`, a mapping or a list of mappings, each with its path.

    Raises:
        ValidationError: if it is neither.
    """
    is_union = isinstance(raw, list | tuple)
    hint = "Give such as `{learning_rate: [0.01, 0.1]}`."
    if is_union and not raw:
        refuse([Problem("must not be an empty list", hint, received=raw)])
    for index, space in enumerate(raw if is_union else [raw]):
        at = (index,) if is_union else ()
        if not isinstance(space, Mapping):
            refuse([Problem("must be a section of keys and values, or a list of such", hint, at, space)])
        yield at, space


def _labelled_as_one(parts: Sequence[Mapping[str, Domain]]) -> list[Mapping[str, Domain]]:
    """Label the values of each hyperparameter over all spaces, so that equal values have one label."""
    listed: defaultdict[str, list[Any]] = defaultdict(list)
    for part in parts:
        for name, domain in part.items():
            listed[name] += [] if isinstance(domain, Distribution) else written_values(domain)
    labels = {name: iter(label_values(values)) for name, values in listed.items()}
    return [
        {
            name: domain if isinstance(domain, Distribution) else tuple(islice(labels[name], len(domain)))
            for name, domain in part.items()
        }
        for part in parts
    ]
