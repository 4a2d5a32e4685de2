"""Defines what trials of a sweep share that can be packed together, by the values of dotted keys in their settings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from pydantic import ValidationError

from sweep.config import SweepConfig
from sweep.config.data import OF_SPLIT
from sweep.config.distributions import Distribution
from sweep.config.dotted_keys import SECTIONS, with_values
from sweep.config.holdout import of_tables
from sweep.config.optimizer_spaces import is_dotted
from sweep.planning.recipe import Recipe
from sweep.records import Setting, plain
from trainers.data import DatasetShape


@dataclass(frozen=True)
class DataFacts:
    """What a plan needs to know of a data set.

    Args:
        shape: its shape.
        fingerprint: hash of the data of a file or module; not used for bundled and synthetic data.
        notes: sentences on what was found in the data and decided.
    """

    shape: DatasetShape
    fingerprint: str | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Workload:
    """What trials share that can be packed together if their batch sizes and epochs are equal too.

    Args:
        key: of `workload_key`.
        config: the configuration with their values of dotted keys in its sections.
        recipe: all of a pack but its data, trials and batches.
        shape: shape of their data set.
    """

    key: str
    config: SweepConfig
    recipe: Recipe
    shape: DatasetShape


def workload_key(setting: Setting) -> str:
    """Return the values of a setting's dotted keys as text, equal for equal values; empty without such keys.

    >>> workload_key({"learning_rate": 0.1, "network.activation": "tanh"}), workload_key({"learning_rate": 0.1})
    ('{"network.activation": "tanh"}', '')
    """
    dotted = {name: value for name, value in plain(setting).items() if is_dotted(name)}
    return json.dumps(dotted, sort_keys=True) if dotted else ""


def undotted(setting: Setting) -> Setting:
    """Return a setting without its dotted keys.

    >>> undotted({"learning_rate": 0.1, "network.activation": "tanh"})
    {'learning_rate': 0.1}
    """
    return {name: value for name, value in setting.items() if not is_dotted(name)}


def configs_by_workload(config: SweepConfig) -> dict[str, SweepConfig]:
    """Return the configuration of each combination of the values of dotted keys, by its `workload_key`.

    Raises:
        ConfigError: if a section does not take the values of a combination together.
    """
    found: dict[str, SweepConfig] = {}
    for space in config.spaces:
        # A value that is drawn from a range is known once it is drawn.
        listed = {
            name: domain
            for name, domain in space.domains.items()
            if is_dotted(name) and not isinstance(domain, Distribution)
        }
        for values in product(*listed.values()):
            setting = dict(zip(listed, values, strict=True))
            if (key := workload_key(setting)) not in found:
                found[key] = config_with(config, setting)
    return found


def config_with(config: SweepConfig, setting: Setting) -> SweepConfig:
    """Return the configuration with the values of a setting's dotted keys in its sections.

    Raises:
        ConfigError: if a section does not take them together.
    """
    dotted = {name: value for name, value in plain(setting).items() if is_dotted(name)}
    return _with_values(config, dotted) if dotted else config


def _with_values(config: SweepConfig, values: Mapping[str, Any]) -> SweepConfig:
    """Return the configuration with the values of dotted keys in its sections."""
    sections = {name: getattr(config, name) for name in SECTIONS}
    try:
        return config.model_copy(update=with_values(sections, values))
    except ValidationError as error:
        details = error.errors(include_url=False)[0]
        rule = details.get("ctx", {}).get("rule", details["msg"])
        given = ", ".join(f"{name} {value}" for name, value in values.items())
        raise config.error(
            f"space.{next(iter(values))}",
            f"must suit the other values of its setting, but `{details['loc'][-1]}` {rule}. Received: {given}. "
            "Change a value, or list it in a space of its own.",
        ) from None


def data_key(config: SweepConfig) -> str:
    """Return what identifies the data set of a configuration: its section without scaling and shares of a split."""
    keys = {key for key in OF_SPLIT if key != "validation" or not of_tables(config.network_data.validation)}
    data = config.network_data.model_dump(mode="json", exclude=keys)
    return json.dumps(data, sort_keys=True)


def by_data(configs: Iterable[SweepConfig]) -> Mapping[str, SweepConfig]:
    """Return one configuration for each data set, by its `data_key`."""
    found: dict[str, SweepConfig] = {}
    for config in configs:
        found.setdefault(data_key(config), config)
    return found
