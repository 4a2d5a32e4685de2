"""Says which examples are held out: a share, whole groups, the latest, a part that the data name, or a fold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from trainers.errors import DataError
from trainers.seeding import generator

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class ByGroup:
    """Whole groups of examples, such as all rows of a patient, chosen by the seed until they hold the share.

    Args:
        column: column with the group of each example.
        fraction: share of the examples, in (0, 1).
    """

    column: str
    fraction: float


@dataclass(frozen=True)
class ByTime:
    """The latest examples, the same for every seed; examples of the same time stay together.

    Args:
        column: column with the time of each example: dates, or numbers that grow with time.
        fraction: share of the examples, in (0, 1).
    """

    column: str
    fraction: float


@dataclass(frozen=True)
class Given:
    """A part that the data name, the same for every seed: by a column or by a file of its own.

    Args:
        column: column whose cell is ``value`` in this part; None for a file.
        value: text of that cell.
        path: file with the examples of this part; None for a column.
    """

    column: str | None = None
    value: str | None = None
    path: str | None = None


@dataclass(frozen=True)
class Folds:
    """Cross-validation: seed s holds out fold s mod ``count`` of draw s div ``count``, stratified for classes.

    Args:
        count: number of folds, 2 or more.
    """

    count: int


@dataclass(frozen=True)
class Fold:
    """One fold of a draw of `Folds`.

    Args:
        count: number of folds.
        index: of the fold that is held out, from 0.
    """

    count: int
    index: int


Holdout: TypeAlias = "float | ByGroup | ByTime | Given | Folds"
"""What a configuration says; a number is a share of the examples, stratified for classes."""

Part: TypeAlias = "float | ByGroup | ByTime | Given | Fold"
"""What is held out for one seed."""


def part_of_seed(holdout: Holdout, seed: int) -> tuple[Part, np.random.Generator]:
    """Return what is held out for a seed, and the generator that chooses it.

    >>> part_of_seed(Folds(5), 7)[0], part_of_seed(0.2, 7)[0]
    (Fold(count=5, index=2), 0.2)
    """
    if isinstance(holdout, Folds):
        return Fold(holdout.count, seed % holdout.count), generator(seed // holdout.count, "split")
    return holdout, generator(seed, "split")


def column_of(holdout: Holdout | None) -> str | None:
    """The column of a table that decides what is held out, which is no feature; None if there is none."""
    return holdout.column if isinstance(holdout, ByGroup | ByTime | Given) else None


def share_of(holdout: Holdout) -> float | None:
    """The share of the examples that is held out; None where the data decide it.

    >>> share_of(Folds(4)), share_of(0.3), share_of(Given(column="part", value="val"))
    (0.25, 0.3, None)
    """
    if isinstance(holdout, Folds):
        return 1 / holdout.count
    return None if isinstance(holdout, Given) else holdout if isinstance(holdout, float) else holdout.fraction


def overlap_of(holdout: Holdout) -> float:
    """Validation examples per training example of a fold; 0 where the seeds are no folds.

    >>> overlap_of(Folds(5)), overlap_of(0.2)
    (0.25, 0.0)
    """
    return 1 / (holdout.count - 1) if isinstance(holdout, Folds) else 0.0


def rounded_up(examples: int, share: float) -> int:
    """The number of examples of a share, rounded up.

    >>> rounded_up(100, 0.07)
    7
    """
    # Rounded first, so that 0.07 * 100 = 7.000000000000001 counts as 7.
    return math.ceil(round(examples * share, 9))


def held_out_groups(
    keys: Indices, fraction: float, rng: np.random.Generator, what: str = "data.validation"
) -> NDArray[np.bool_]:
    """Choose whole groups until they hold the share as nearly as possible; at least one, and not all.

    Args:
        keys: (N,) group of each example, from 0.
        fraction: share of the examples, in (0, 1).
        rng: orders the groups.
        what: key in messages.

    Returns:
        (N,) bool, whether an example is held out.

    Raises:
        DataError: if there is a single group.

    >>> held_out_groups(np.array([0, 0, 1, 1, 2, 2]), 0.3, np.random.default_rng(0)).tolist()
    [False, False, False, False, True, True]
    """
    groups, counts = np.unique(keys, return_counts=True)
    if len(counts) < 2:
        raise DataError(
            f"`{what}.group` must be a column with two groups or more. Received: {len(counts)}. Give another column."
        )
    order = rng.permutation(len(counts))
    totals = np.cumsum(counts[order])[:-1]
    nearest = int(np.abs(totals - fraction * len(keys)).argmin())
    return np.asarray(np.isin(keys, groups[order[: nearest + 1]]))


def held_out_latest(keys: Indices, fraction: float, what: str = "data.validation") -> NDArray[np.bool_]:
    """Choose the latest examples, of the share or more where several have the time at which the share begins.

    Args:
        keys: (N,) rank of each example's time, equal for equal times.
        fraction: share of the examples, in (0, 1).
        what: key in messages.

    Returns:
        (N,) bool, whether an example is held out.

    Raises:
        DataError: if nothing is left to train on.

    >>> held_out_latest(np.array([3, 0, 1, 2, 2]), 0.4).tolist()
    [True, False, False, True, True]
    """
    count = min(max(rounded_up(len(keys), fraction), 1), len(keys) - 1)
    held_out = np.asarray(keys >= np.sort(keys)[len(keys) - count])
    if held_out.all():
        raise DataError(
            f"`{what}.time` must leave earlier examples to train on. Received: a share of {fraction}, where "
            f"{int((keys == keys.min()).sum())} of {len(keys)} examples have the earliest time. Give a smaller share."
        )
    return held_out


def held_out_fold(strata: Indices, fold: Fold, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Choose a fold: each class is dealt out in turn, so that folds differ by one example at most, also in each class.

    Args:
        strata: (N,) class of each example; all 0 for a regression.
        fold: which.
        rng: shuffles the examples.

    Returns:
        (N,) bool, whether an example is held out.

    >>> [int(held_out_fold(np.array([0] * 6 + [1] * 4), Fold(2, i), np.random.default_rng(0)).sum()) for i in (0, 1)]
    [5, 5]
    """
    order = rng.permutation(len(strata))
    dealt = order[np.argsort(strata[order], kind="stable")]
    held_out = np.zeros(len(strata), dtype=bool)
    held_out[dealt[fold.index :: fold.count]] = True
    return held_out
