"""The results of an arm by seed: the values of seeds that ended well, and the seeds without a value."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sweep.analysis.ranking import mean
from sweep.analysis.shared_folds import overlap_in
from sweep.records import ENDED_WELL

if TYPE_CHECKING:
    import pandas as pd

Floats: TypeAlias = NDArray[np.float64]
Mode: TypeAlias = Literal["min", "max"]


@dataclass(frozen=True)
class Outcomes:
    """The results of one arm; each seed is in exactly one of the groups seeds, pruned, diverged and missing.

    Args:
        name: name of the arm in sentences.
        seeds: those that ended well, ascending; (n,).
        values: their results; (n,).
        diverged: seeds whose training diverged.
        missing: seeds that failed or have not finished.
        failed: the missing seeds that failed.
        overlap: validation examples per training example where the seeds are folds, which share data; else 0.
        pruned: seeds that a scheduler ended early; they have no final value.
        rung: the lowest rung at which one of them was pruned; 0 if none was.
        rung_value: mean of the metric of those pruned at that rung; NaN if none was, or if they had no value.
    """

    name: str
    seeds: tuple[int, ...]
    values: tuple[float, ...]
    diverged: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()
    overlap: float = 0.0
    pruned: tuple[int, ...] = ()
    rung: float = 0.0
    rung_value: float = float("nan")

    @property
    def array(self) -> Floats:
        """The values as an array; (n,) float64."""
        return np.array(self.values, dtype=np.float64)

    @property
    def mean(self) -> float:
        """The mean over the seeds that ended well; NaN if there are none."""
        return mean(self.values)

    @property
    def count(self) -> int:
        """Number of seeds that ended, including diverged ones."""
        return len(self.seeds) + len(self.diverged)


def outcomes(
    trials: pd.DataFrame, arm_id: str, column: str, name: str | None = None, seeds: Collection[int] | None = None
) -> Outcomes:
    """Extract the results of one arm from the table of trials.

    Args:
        trials: one row per trial, ``arm_id arm seed status`` and ``column``.
        arm_id: the arm.
        column: such as ``final_val_loss``.
        name: name of the arm; default: its label.
        seeds: only these; default: all. A seed without a trial is missing.
    """
    rows = trials[trials["arm_id"] == arm_id]
    if seeds is not None:
        rows = rows[rows["seed"].isin(list(seeds))]
    rows = rows.sort_values("seed")
    values = rows[column].to_numpy(dtype=np.float64, na_value=np.nan)
    # A trial that ended well but lacks the metric counts as not run.
    well = rows["status"].isin(ENDED_WELL).to_numpy() & np.isfinite(values)
    diverged = (rows["status"] == "DIVERGED").to_numpy()
    pruned = (rows["status"] == "PRUNED").to_numpy()
    rung, rung_value = lowest_rung(rows[pruned])
    numbers = rows["seed"].to_numpy(dtype=np.int64)
    absent = set(seeds or ()) - set(numbers.tolist())
    return Outcomes(
        name=str(rows["arm"].iloc[0]) if name is None else name,
        seeds=tuple(numbers[well].tolist()),
        values=tuple(values[well].tolist()),
        diverged=tuple(numbers[diverged].tolist()),
        missing=tuple(sorted({*numbers[~well & ~diverged & ~pruned].tolist(), *absent})),
        failed=tuple(numbers[(rows["status"] == "FAILED").to_numpy()].tolist()),
        overlap=overlap_in(rows),
        pruned=tuple(numbers[pruned].tolist()),
        rung=rung,
        rung_value=rung_value,
    )


def lowest_rung(pruned: pd.DataFrame) -> tuple[float, float]:
    """Return the lowest rung of pruned trials and the mean of the metric there; (0, NaN) if there are none.

    Args:
        pruned: the trials, with ``pruned_rung`` and ``pruned_value``, which other tools' tables lack.
    """
    if pruned.empty or "pruned_rung" not in pruned or pruned["pruned_rung"].isna().all():
        return 0.0, float("nan")
    rungs = pruned["pruned_rung"].to_numpy(dtype=np.float64, na_value=np.nan)
    values = pruned["pruned_value"].to_numpy(dtype=np.float64, na_value=np.nan)
    lowest = float(np.nanmin(rungs))
    found = values[(rungs == lowest) & np.isfinite(values)]
    return lowest, mean(found)


def group_of(*, has_value: bool, has_pruned: bool, has_diverged: bool) -> int:
    """Return the group in which an arm is ranked, the best first.

    0: all its seeds that ended have a value. 1: some were pruned, and what is left are its better seeds. 2: some
    diverged. 3: there is no value to rank by.

    >>> group_of(has_value=True, has_pruned=True, has_diverged=False)
    1
    """
    return 3 if not has_value else 2 if has_diverged else int(has_pruned)


def best_first(arms: Sequence[Outcomes], mode: Mode) -> list[int]:
    """Order arms by their mean, as in the leaderboard: indices into ``arms``, best first.

    **Variant.** Arms of which every seed that ended has a value come first. Then come arms with pruned seeds, by the
    lowest rung at which one was pruned (the highest first) and then by the mean, so that no arm gains from having its
    bad seeds pruned; then arms with diverged seeds. Arms without a value are last, by that rung and the value there.

    >>> steady, lucky = Outcomes("steady", (0, 1), (2.0, 2.0)), Outcomes("lucky", (0,), (1.0,), diverged=(1,))
    >>> best_first([lucky, steady], "min")
    [1, 0]
    """

    def key(position: int) -> tuple[int, float, float]:
        arm = arms[position]
        value = arm.mean if arm.values else arm.rung_value
        value = rounded(value if mode == "min" else -value)
        return _group(arm), -arm.rung if _group(arm) in (1, 3) else 0.0, np.inf if np.isnan(value) else value

    return sorted(range(len(arms)), key=key)


def _group(arm: Outcomes) -> int:
    return group_of(has_value=bool(arm.values), has_pruned=bool(arm.pruned), has_diverged=bool(arm.diverged))


def rounded(mean: float) -> float:
    """A mean without its last digits, which depend on the order of summation.

    >>> rounded((0.1 + 0.2 + 0.3) / 3) == rounded((0.3 + 0.2 + 0.1) / 3)
    True
    """
    return float(f"{mean:.12g}")


def ranks(arms: Sequence[Outcomes]) -> list[int | None]:
    """Rank arms in the order of `best_first`, as in the leaderboard; equal ones share a rank.

    Args:
        arms: best first.

    Returns:
        One rank per arm: 1, 1, 3 if the first two are equal; None for an arm without a value.

    >>> ranks([Outcomes(name, (0, 1), values) for name, values in {"a": (1, 3), "b": (2, 2), "c": (0, 0)}.items()])
    [1, 1, 3]
    """
    found: list[int | None] = []
    for position, arm in enumerate(arms):
        before = arms[position - 1] if position else None
        is_equal = before is not None and _group(before) == _group(arm)
        is_equal = is_equal and before is not None and (_group(arm) != 1 or before.rung == arm.rung)
        is_equal = is_equal and before is not None and rounded(before.mean) == rounded(arm.mean)
        found.append(None if not arm.values else found[-1] if is_equal else position + 1)
    return found
