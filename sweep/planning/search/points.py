"""Places settings that are given by hand, or were trained by another sweep, in the space of a level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sweep.config import SweepConfig
from sweep.config.distributions import Distribution
from sweep.config.values import Domain, written_form
from sweep.planning.search.levels import Level, varying
from sweep.planning.search.method import Proposal
from sweep.planning.space import Subspace
from sweep.records import Choice, Value
from trainers.errors import did_you_mean


def points_of(config: SweepConfig, levels: Sequence[Level]) -> dict[Value | None, list[Proposal]]:
    """Return the settings of `search.points` by the name of their level.

    Raises:
        ConfigError: if one lies in no level, or leaves out what has several values.
    """
    found: dict[Value | None, list[Proposal]] = {}
    for number, point in enumerate(config.search.points):
        level, proposal = _placed(config, levels, number, point)
        found.setdefault(level.name, []).append(proposal)
    return found


def placed(level: Level, given: Mapping[str, Any]) -> Proposal | None:
    """Return a setting as one of a level; None if it lies outside, or leaves out what has several values.

    Args:
        level: the level.
        given: hyperparameter -> value, of JSON types.
    """
    for index, part in enumerate(level.parts):
        if set(given) <= set(part) and not _missing(part, given):
            values = {name: _value(domain, given.get(name, _usual(domain))) for name, domain in part.items()}
            setting = {name: value for name, value in values.items() if value is not None}
            if len(setting) == len(part):
                return Proposal(index, setting)
    return None


def _placed(
    config: SweepConfig, levels: Sequence[Level], number: int, point: Mapping[str, Any]
) -> tuple[Level, Proposal]:
    for level in levels:
        if (proposal := placed(level, point)) is not None:
            return level, proposal
    shown = ", ".join(f"{name} {value}" for name, value in point.items())
    place = f"must be settings within the space. Received: {shown} (number {number + 1})"
    raise config.error("search.points", f"{place}, {_reason(levels, point)}")


def _reason(levels: Sequence[Level], point: Mapping[str, Any]) -> str:
    """Say why a point lies in no level, by the part that it suits best."""
    parts = [part for level in levels for part in level.parts]
    known = dict.fromkeys(name for part in parts for name in part)
    for name in point:
        if name not in known:
            hint = did_you_mean(name, known).strip() or f"Known: {', '.join(known)}."
            return f"which names the unknown {name}. {hint}"
    best = min(parts, key=lambda part: len(list(_wrong(part, point))))
    wrong = next(_wrong(best, point), None)
    if wrong is None:
        return f"which leaves out {', '.join(_missing(best, point))}. Give each a value."
    if wrong not in best:
        return f"whose {wrong} no setting with the other values has. Leave it out."
    form = written_form(best[wrong])
    return f"whose {wrong} is not of {form}. Give a value of it, or widen the space."


def _wrong(part: Subspace, point: Mapping[str, Any]) -> Iterator[str]:
    for name, value in point.items():
        if name not in part or _value(part[name], value) is None:
            yield name


def _missing(part: Subspace, given: Mapping[str, Any]) -> list[str]:
    return [name for name in varying(part) if name not in given]


def _usual(domain: Domain) -> Any:
    if isinstance(domain, Distribution):
        return None
    return domain[0].value if isinstance(domain[0], Choice) else domain[0]


def _value(domain: Domain, given: Any) -> Value | None:
    """Return the value of a domain that is equal to one of JSON types; None if there is none."""
    if isinstance(domain, Distribution):
        if not domain.holds(given):
            return None
        if domain.size is not None:
            return next(value for value in domain.listed if value == given)
        return float(given)
    for value in domain:
        plain = value.value if isinstance(value, Choice) else value
        if plain == given and isinstance(plain, bool) == isinstance(given, bool):
            return value
    return None
