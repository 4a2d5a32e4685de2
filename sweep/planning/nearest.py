"""Finds the recorded setting that is nearest to a proposed one."""

from __future__ import annotations

import json
import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, TypeGuard

LEAST = 1e-12
"""Numbers below this have no logarithm to compare."""


class NearestSettings:
    """Settings with distances between them: numbers on their logarithms, all else equal or not.

    A setting that is recorded is its own nearest. Others are compared with those of the same text values first, such
    as the same optimizer; a hyperparameter that one of the two lacks counts as different.

    Args:
        settings: the recorded settings, of JSON types.
    """

    def __init__(self, settings: Sequence[Mapping[str, Any]]) -> None:
        self._settings = list(settings)
        self._exact: dict[Hashable, int] = {}
        for index, setting in enumerate(self._settings):
            self._exact.setdefault(key_of(setting), index)
        numbers: dict[str, list[float]] = {}
        for setting in self._settings:
            for name, value in setting.items():
                if _is_number(value):
                    numbers.setdefault(name, []).append(_log(value))
        self._spread = {name: (max(values) - min(values)) or 1.0 for name, values in numbers.items()}

    def nearest(self, setting: Mapping[str, Any]) -> int:
        """Return the index of the nearest setting; the first of several that are equally near.

        >>> NearestSettings([{"rate": 0.1}, {"rate": 1.0}]).nearest({"rate": 0.2})
        0
        """
        exact = self._exact.get(key_of(setting))
        if exact is not None:
            return exact
        return min(range(len(self._settings)), key=lambda index: self._distance(setting, self._settings[index]))

    def _distance(self, one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[int, float]:
        different, distance = 0, 0.0
        for name in {*one, *other}:
            mine, its = one.get(name), other.get(name)
            if _is_number(mine) and _is_number(its):
                distance += ((_log(mine) - _log(its)) / self._spread.get(name, 1.0)) ** 2
            elif mine != its:
                different += 1
        return different, distance


def key_of(setting: Mapping[str, Any]) -> str:
    """Return what is equal for equal settings, whatever the order of their keys."""
    return json.dumps(dict(setting), sort_keys=True)


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _log(value: float) -> float:
    return math.log(max(abs(float(value)), LEAST))
