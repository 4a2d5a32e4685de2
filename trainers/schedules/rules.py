"""The registry of schedules by name, from which everything else reads what exists and what each takes."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from trainers.schedules.base import Rule

# One entry per schedule: its name, which is also its file in this folder. Lists and messages use this order.
_NAMES = (
    "constant",
    "inverse_time",
    "exponential",
    "inverse_sqrt",
    "staircase",
    "cosine",
    "one_cycle",
    "reduce_on_plateau",
)

RULES: Mapping[str, Rule] = MappingProxyType(
    {rule.name: rule for name in _NAMES for rule in [import_module(f"trainers.schedules.{name}").RULE]}
)
