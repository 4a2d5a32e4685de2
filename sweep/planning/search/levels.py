"""Divides the space of a sweep into the levels that are compared, each with a budget of its own."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from sweep.analysis.wording import ALL_SETTINGS
from sweep.config import SweepConfig
from sweep.config.distributions import Distribution
from sweep.config.free_space import FreeSpace
from sweep.config.values import Domain
from sweep.planning.identity import canonical as canonical_text
from sweep.planning.space import Subspace, subspaces, without_ignored
from sweep.records import Setting, Value, plain

Accept: TypeAlias = Callable[[Setting], "Setting | None"]
"""Returns the canonical form of a setting; None if it does not meet the conditions of the sweep."""


@dataclass(frozen=True)
class Level:
    """A value of the scientific factor, and what can be tried for it.

    Args:
        name: the value; `ALL_SETTINGS` if nothing is compared, None for what lacks the factor.
        parts: one space for each optimizer, decay and part of a union.
    """

    name: Value | None
    parts: tuple[Subspace, ...]

    @property
    def title(self) -> str:
        """The name in messages and in `search.levels`."""
        return "the rest" if self.name is None else str(self.name)

    @property
    def size(self) -> int | None:
        """Number of combinations; None if a range is continuous."""
        sizes = [_combinations(part) for part in self.parts]
        return None if None in sizes else sum(filter(None, sizes))

    def combinations(self) -> Iterator[Setting]:
        """Yield all settings of a level that has a `size`."""
        for part in self.parts:
            yield from map(dict, product(*(tuple((name, value) for value in listed(part[name])) for name in part)))


def levels_of(config: SweepConfig, accept: Accept) -> tuple[Level, ...]:
    """Return the levels of a sweep in the order of the file, without values that an optimizer ignores.

    Args:
        config: configuration of the sweep.
        accept: see `Accept`; levels whose canonical form is the same are one.

    Raises:
        ConfigError: if the factor that is compared is a range.
    """
    factor = config.scientific
    parts: dict[Value | None, list[Subspace]] = {}
    for part in _parts(config):
        if not factor:
            parts.setdefault(ALL_SETTINGS, []).append(part)
            continue
        domain = part.get(factor, (None,))
        if isinstance(domain, Distribution):
            raise config.error(
                "roles.scientific",
                f"must name a factor with a list of values, whose levels are compared. Received: {factor}, a range. "
                "List the values to compare.",
            )
        for value in domain:
            inside = part if value is None else {**part, factor: (value,)}
            parts.setdefault(_name(factor, value, inside, accept), []).append(inside)
    return tuple(Level(name, tuple(found)) for name, found in parts.items())


def level_of(setting: Setting, factor: str) -> Value | None:
    """Return the name of the level of a canonical setting."""
    return setting.get(factor) if factor else ALL_SETTINGS


def key_of(setting: Setting) -> str:
    """Return text that is equal for equal settings."""
    return canonical_text(plain(setting))


def listed(domain: Domain) -> tuple[Value, ...]:
    """Return all values of a domain that is not continuous, in order."""
    return domain.listed if isinstance(domain, Distribution) else domain


def varying(part: Subspace) -> list[str]:
    """Return the dimensions of a space with more than one value."""
    return [name for name, domain in part.items() if isinstance(domain, Distribution) or len(domain) > 1]


def _parts(config: SweepConfig) -> Iterator[Subspace]:
    if isinstance(config.space, FreeSpace):
        yield from config.space.parts
        return
    for part in subspaces(config):
        # A dimension that the optimizer or its decay ignores would be searched in vain.
        used = without_ignored({name: _first(domain) for name, domain in part.items()})
        yield {name: domain for name, domain in part.items() if name in used}


def _first(domain: Domain) -> Value:
    return domain.low if isinstance(domain, Distribution) else domain[0]


def _name(factor: str, value: Value | None, part: Subspace, accept: Accept) -> Value | None:
    """Return the canonical value of a factor: of a batch size, several words may stand for one number."""
    if value is None or factor == "optimizer":
        return value
    setting = accept({name: _first(domain) for name, domain in part.items()})
    return value if setting is None else setting.get(factor, value)


def _combinations(part: Subspace) -> int | None:
    sizes = [domain.size if isinstance(domain, Distribution) else len(domain) for domain in part.values()]
    return None if None in sizes else math.prod(filter(None, sizes))
