"""The one rule by which trainings are ranked: their value after the last epoch, or that of their best epoch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from numpy.typing import NDArray

By: TypeAlias = Literal["final", "best"]
"""Which value of a trial counts: that after its last epoch, or that of its best one."""

OTHER: Mapping[By, By] = MappingProxyType({"final": "best", "best": "final"})
EPOCHS: Mapping[By, str] = MappingProxyType({"final": "last epoch", "best": "best epoch"})


def basis(by: By) -> str:
    """Name the epoch that counts.

    >>> basis("final"), basis("best")
    ('last epoch', 'best epoch')
    """
    return EPOCHS[by]


def rule(by: By) -> str:
    """Name the rule, as every table that ranks does.

    >>> rule("final")
    'mean over seeds of the last epoch'
    """
    return f"mean over seeds of the {EPOCHS[by]}"


def reaching(by: By) -> str:
    """The verb before the value of a training: that of its best epoch need not be what it ends at.

    >>> reaching("final"), reaching("best")
    ('ends at', 'reaches')
    """
    return "ends at" if by == "final" else "reaches"


def mean(values: Sequence[float] | NDArray[Any]) -> float:
    """The mean, the same in any order of the values, so that arms that tie in one table tie in all; NaN for none.

    >>> mean([0.1, 0.2, 0.3]) == mean([0.3, 0.1, 0.2])
    True
    """
    count = len(values)
    if not count:
        return float("nan")
    try:
        return math.fsum(values) / count
    except OverflowError:
        # The sum has no float, but the mean has.
        return float(sum(Fraction(float(value)) for value in values) / count)


def value_of(values: NDArray[Any], by: By, mode: Literal["min", "max"]) -> float:
    """The value of a trial that counts; NaN if it has none.

    Args:
        values: the metric after each epoch; (E,).
        by: which of them counts.
        mode: whether small or large is good.

    >>> import numpy as np
    >>> value_of(np.array([0.5, 0.2, 0.3]), "best", "min"), value_of(np.array([0.5, 0.2, 0.3]), "final", "min")
    (0.2, 0.3)
    """
    if not len(values):
        return float("nan")
    if by == "final":
        return float(values[-1])
    return float(values.min() if mode == "min" else values.max())
