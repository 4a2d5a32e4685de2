"""Finds the recorded setting that is nearest to a proposed one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from sweep.planning.identity import canonical

LEAST = 1e-12
"""Proposed numbers below this have no logarithm to compare."""


class NearestSettings:
    """Settings with distances between them: numbers by their ratio or their difference, all else equal or not.

    A hyperparameter whose recorded values are all positive is compared on its logarithm, another number as it is.

    A setting that is recorded is its own nearest. Others are compared with those of the same text values first, such
    as the same optimizer; a hyperparameter that one of the two lacks counts as different.

    Args:
        settings: the recorded settings, of JSON types.
    """

    def __init__(self, settings: Sequence[Mapping[str, Any]]) -> None:
        self._settings = list(settings)
        self._exact: dict[str, int] = {}
        for index, setting in enumerate(self._settings):
            self._exact.setdefault(canonical(dict(setting)), index)
        numbers: dict[str, list[float]] = {}
        for setting in self._settings:
            for name, value in setting.items():
                if _is_number(value):
                    numbers.setdefault(name, []).append(float(value))
        self._is_log = {name for name, values in numbers.items() if min(values) > 0}
        self._spread = {
            name: (self._place(name, max(values)) - self._place(name, min(values))) or 1.0
            for name, values in numbers.items()
        }

    def nearest(self, setting: Mapping[str, Any]) -> int:
        """Return the index of the nearest setting; the first of several that are equally near.

        >>> NearestSettings([{"rate": 0.1}, {"rate": 1.0}]).nearest({"rate": 0.2})
        0
        """
        exact = self._exact.get(canonical(dict(setting)))
        if exact is not None:
            return exact
        return min(range(len(self._settings)), key=lambda index: self._distance(setting, self._settings[index]))

    def _distance(self, one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[int, float]:
        different, distance = 0, 0.0
        for name in dict.fromkeys([*one, *other]):
            mine, its = one.get(name), other.get(name)
            if _is_number(mine) and _is_number(its):
                distance += ((self._place(name, mine) - self._place(name, its)) / self._spread.get(name, 1.0)) ** 2
            elif name not in one or name not in other or mine != its:
                different += 1
        return different, distance

    def _place(self, name: str, value: float) -> float:
        return math.log(max(value, LEAST)) if name in self._is_log else float(value)


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
