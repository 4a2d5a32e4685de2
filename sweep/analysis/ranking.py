"""The rule by which trainings are ranked: their value after the last epoch, or in their best epoch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from numpy.typing import NDArray

By: TypeAlias = Literal["final", "best"]
"""The value of a trial used for ranking: after its last epoch, or in its best epoch."""

OTHER: Mapping[By, By] = MappingProxyType({"final": "best", "best": "final"})
EPOCHS: Mapping[By, str] = MappingProxyType({"final": "last epoch", "best": "best epoch"})


def basis(by: By) -> str:
    """The name of the epoch whose value is used.

    >>> basis("final"), basis("best")
    ('last epoch', 'best epoch')
    """
    return EPOCHS[by]


def rule(by: By) -> str:
    """The name of the ranking rule, as in all tables that rank.

    >>> rule("final")
    'mean over seeds of the last epoch'
    """
    return f"mean over seeds of the {EPOCHS[by]}"


def reaching(by: By) -> str:
    """The verb before a training's value: ``reaches`` for the best epoch, which need not be the last.

    >>> reaching("final"), reaching("best")
    ('ends at', 'reaches')
    """
    return "ends at" if by == "final" else "reaches"


def mean(values: Sequence[float] | NDArray[Any]) -> float:
    """The mean, independent of the order of the values, so that ties are the same in all tables; NaN if empty.

    >>> mean([0.1, 0.2, 0.3]) == mean([0.3, 0.1, 0.2])
    True
    """
    count = len(values)
    if not count:
        return float("nan")
    try:
        return math.fsum(values) / count
    except OverflowError:
        # The sum overflows, but the mean does not.
        return float(sum(Fraction(float(value)) for value in values) / count)


def value_of(values: NDArray[Any], by: By, mode: Literal["min", "max"]) -> float:
    """The value of a trial used for ranking; NaN if there is none.

    Args:
        values: the metric after each epoch; (E,).
        by: whether the final or the best value is used.
        mode: whether small or large values are better.

    >>> import numpy as np
    >>> value_of(np.array([0.5, 0.2, 0.3]), "best", "min"), value_of(np.array([0.5, 0.2, 0.3]), "final", "min")
    (0.2, 0.3)
    """
    if not len(values):
        return float("nan")
    if by == "final":
        return float(values[-1])
    return float(values.min() if mode == "min" else values.max())
