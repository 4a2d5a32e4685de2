"""The schedules, by name; this registry is the one source of what exists and what each takes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trainers.schedules import (
    constant,
    cosine,
    exponential,
    inverse_sqrt,
    inverse_time,
    one_cycle,
    reduce_on_plateau,
    staircase,
)
from trainers.schedules.base import Rule

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "constant": constant.RULE,
        "inverse_time": inverse_time.RULE,
        "exponential": exponential.RULE,
        "inverse_sqrt": inverse_sqrt.RULE,
        "staircase": staircase.RULE,
        "cosine": cosine.RULE,
        "one_cycle": one_cycle.RULE,
        "reduce_on_plateau": reduce_on_plateau.RULE,
    }
)
