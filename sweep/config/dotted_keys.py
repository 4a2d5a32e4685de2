"""Reads dotted keys of the file, such as `network.hidden`, as hyperparameters of our networks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import InitErrorDetails

from sweep.config.base_section import Section
from sweep.config.data import AnyData
from sweep.config.distributions import Distribution
from sweep.config.document import Keys
from sweep.config.free_space import listed_spaces
from sweep.config.free_values import label_values, name_problem, read_domain, written_values
from sweep.config.network import AnyNetwork
from sweep.config.optimizer_spaces import NetworkSpaces, SpacePart, is_dotted
from sweep.config.problems import Problem, placed
from sweep.config.sections import TrainerConfig
from sweep.config.spaces import SharedSpace, Space
from sweep.config.values import Domain
from sweep.records import Value
from trainers.errors import did_you_mean

SECTIONS: Mapping[str, TypeAdapter[Any]] = MappingProxyType(
    {"network": TypeAdapter(AnyNetwork), "trainer": TypeAdapter(TrainerConfig), "data": TypeAdapter(AnyData)}
)
"""The sections whose keys may vary."""

OF_TRAINER = ("dtype", "weight_decay")
"""Keys of `trainer` that may vary: the others are the same for all trials, or have a key of their own in the space."""

ARGUMENTS = "kwargs"
"""The key of a section whose own keys are those of the user's code."""


def read_network_space(raw: Any, sections: Mapping[str, Section]) -> Space | NetworkSpaces:
    """Read `space` for our networks: a mapping, or a list of mappings.

    Args:
        raw: the value in the file.
        sections: the validated sections of the file, by name; one that is missing is not valid.

    Raises:
        ValidationError: with the problems of all keys and values.
    """
    if isinstance(raw, Space | NetworkSpaces):
        return raw
    if not isinstance(raw, list | tuple) and not (isinstance(raw, Mapping) and any(map(is_dotted, map(str, raw)))):
        return SharedSpace.model_validate(raw)
    parts: list[tuple[Space, dict[str, Domain]]] = []
    problems: list[InitErrorDetails] = []
    for at, given in listed_spaces(raw):
        dotted = {str(name): values for name, values in given.items() if is_dotted(str(name))}
        read: dict[str, Domain] = {}
        for name, values in dotted.items():
            try:
                read[name] = _read_values(name, values, sections)
            except ValidationError as error:
                problems += placed(error, (*at, name))
        try:
            rest = {name: values for name, values in given.items() if str(name) not in dotted}
            parts.append((SharedSpace.model_validate(rest), read))
        except ValidationError as error:
            problems += placed(error, at)
    if problems:
        raise ValidationError.from_exception_data("space", problems)
    dotted_parts = _completed([dotted for _, dotted in parts], sections)
    return NetworkSpaces(
        parts=tuple(SpacePart(shared, dotted) for (shared, _), dotted in zip(parts, dotted_parts, strict=True))
    )


def with_values(sections: Mapping[str, Section], values: Mapping[str, Any]) -> dict[str, Section]:
    """Return the sections with the values of dotted keys put in.

    Args:
        sections: the validated sections, by name.
        values: dotted key -> value, of JSON types.

    Raises:
        ValidationError: if a section does not take them; paths start at the section.

    >>> from sweep.config.network import NetworkConfig
    >>> with_values({"network": NetworkConfig()}, {"network.hidden": [8]})["network"].hidden
    (8,)
    """
    changed: dict[str, dict[str, Any]] = {}
    for dotted, value in values.items():
        name, *path = dotted.split(".")
        inside = changed.setdefault(name, sections[name].model_dump(exclude_unset=True))
        for key in path[:-1]:
            inside[key] = dict(inside.get(key) or {})
            inside = inside[key]
        inside[path[-1]] = value
    return {**sections, **{name: SECTIONS[name].validate_python(raw) for name, raw in changed.items()}}


def _read_values(name: str, raw: Any, sections: Mapping[str, Section]) -> Domain:
    """Read the values of a dotted key, each validated in its section and converted to its canonical form."""
    section = name.partition(".")[0]
    if problem := _key_problem(name, sections):
        raise ValidationError.from_exception_data(
            "key", [InitErrorDetails(type=Problem(*problem, is_key=True).error, loc=(), input=raw)]
        )
    domain = read_domain(raw)
    if section not in sections:
        return domain
    if isinstance(domain, Distribution):
        _require_ends(name, domain, sections)
        return domain
    found: list[Value] = []
    problems: list[InitErrorDetails] = []
    is_listed = isinstance(raw, list | tuple)
    for index, value in enumerate(written_values(domain)):
        try:
            found.append(value_of(with_values(sections, {name: value}), name))
        except ValidationError as error:
            problems += _of_key(error, name, (index,) if is_listed else ())
    if problems:
        raise ValidationError.from_exception_data("values", problems)
    return tuple(found)


def _require_ends(name: str, domain: Distribution, sections: Mapping[str, Section]) -> None:
    """Check that both ends of a range are values of a dotted key; of data there are no ranges, as each is loaded."""
    problems: list[InitErrorDetails] = []
    if name.startswith("data."):
        rule = Problem("must be a value or a list of values", "List the values to try.", received=domain.written)
        problems.append(InitErrorDetails(type=rule.error, loc=(), input=domain.written))
    for index, end in enumerate((domain.listed[0], domain.listed[-1]) if domain.size else (domain.low, domain.high)):
        try:
            with_values(sections, {name: end})
        except ValidationError as error:
            problems += _of_key(error, name, (domain.kind, index))
    if problems:
        raise ValidationError.from_exception_data("range", problems)


def _of_key(error: ValidationError, name: str, at: Keys) -> Iterator[InitErrorDetails]:
    """Place the errors of a section at the value of one of its keys."""
    path = name.split(".")[1:]
    for details in placed(error, ()):
        loc = list(details["loc"])
        # The path of a section that is one of several kinds begins with the kind.
        while loc and loc[: len(path)] != path:
            loc.pop(0)
        yield InitErrorDetails(**{**details, "loc": (*at, *loc[len(path) :])})


def value_of(sections: Mapping[str, Section], name: str) -> Any:
    """Return the value of a dotted key, of JSON types.

    Raises:
        KeyError: if the file has none.
    """
    section, *path = name.split(".")
    value: Any = sections[section].model_dump(mode="json")
    for key in path:
        value = value[key]
    return value


def _key_problem(name: str, sections: Mapping[str, Section]) -> tuple[str, str] | None:
    """Return the rule that a dotted key breaks and a hint; None if it may vary."""
    section, _, key = name.partition(".")
    if section not in SECTIONS:
        known = [dotted for one in sections for dotted in _variable(one, sections)]
        return "is not a known key", did_you_mean(name, known).strip() or _known(known)
    if name == "trainer.epochs":
        return "is called `epochs` in a space", "Give `space.epochs`."
    if section == "trainer" and key in TrainerConfig.model_fields and key not in OF_TRAINER:
        return "must be the same for all trials of a sweep", f"Give `{name}` outside of `space`."
    known = _variable(section, sections)
    if section in sections and name not in known and not (f"{section}.{ARGUMENTS}" in known and _is_argument(key)):
        return "is not a known key", did_you_mean(name, known).strip() or _known(known)
    return name_problem(name)


def _is_argument(key: str) -> bool:
    first, _, rest = key.partition(".")
    return first == ARGUMENTS and all(rest.split("."))


def _variable(section: str, sections: Mapping[str, Section]) -> list[str]:
    """The dotted keys of a section that may vary."""
    if section not in sections:
        return []
    keys = OF_TRAINER if section == "trainer" else tuple(type(sections[section]).model_fields)
    return [f"{section}.{key}" for key in keys]


def _known(names: Sequence[str]) -> str:
    return f"Known: {', '.join(names)}."


def _completed(parts: Sequence[Mapping[str, Any]], sections: Mapping[str, Section]) -> list[dict[str, Domain]]:
    """Give each part a value of every dotted key, and label the values of a key the same in all parts."""
    names = tuple(dict.fromkeys(name for part in parts for name in part))
    completed: list[dict[str, Any]] = [{} for _ in parts]
    for name in names:
        try:
            usual: tuple[Any, ...] | None = (value_of(sections, name),)
        except KeyError:
            usual = None
        domains = [part.get(name, usual) for part in parts]
        labels = iter(label_values(list(_listed(domains))))
        for part, domain in zip(completed, domains, strict=True):
            if isinstance(domain, Distribution):
                part[name] = domain
            elif domain is not None:
                part[name] = tuple(next(labels) for _ in domain)
    return completed


def _listed(domains: Iterable[Any]) -> Iterator[Any]:
    for domain in domains:
        if domain is not None and not isinstance(domain, Distribution):
            yield from domain
