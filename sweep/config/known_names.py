"""Names of the hyperparameters and of the compared levels of a sweep, while its configuration is validated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sweep.config.distributions import Distribution
from sweep.config.free_space import FreeSpace
from sweep.config.optimizer_spaces import hyperparameters, space_of_each


def known_hyperparameters(values: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Names of the hyperparameters of a sweep, from its validated fields; None if those are not valid."""
    if not {"optimizers", "space"} <= values.keys():
        return None
    space = values["space"]
    if isinstance(space, FreeSpace):
        return space.names
    return hyperparameters(tuple(space_of_each(values["optimizers"], space)))


def compared_levels(values: Mapping[str, Any]) -> list[str]:
    """Names of the levels that gates can compare, from the validated fields of a sweep."""
    space, roles = values["space"], values.get("roles")
    if not isinstance(space, FreeSpace):
        return list(dict.fromkeys(space.optimizer for space in space_of_each(values["optimizers"], space)))
    factor = "optimizer" if roles is None else roles.scientific
    domains = [part[factor] for part in space.parts if factor in part]
    return [str(value) for domain in domains if not isinstance(domain, Distribution) for value in domain]
