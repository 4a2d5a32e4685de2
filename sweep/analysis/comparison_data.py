"""Computes all data of a comparison once, for the report, the answer and the health checks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from sweep.analysis.aggregate import Estimate, Statistic, estimate
from sweep.analysis.fingerprints import require_equal_conditions
from sweep.analysis.outcomes import Mode, best_first
from sweep.analysis.pairing import Comparison, compare_all
from sweep.analysis.ranking import By
from sweep.analysis.selection import Selected, select
from sweep.analysis.time_to_target import UNITS, Ratio, TimeToTarget, Unit, arm_times, ratio, times_to_target

if TYPE_CHECKING:
    import pandas as pd

STATISTICS: tuple[Statistic, ...] = ("mean", "median", "iqm")


@dataclass(frozen=True)
class Level:
    """One level of the scientific factor, such as an optimizer, at its best setting.

    Args:
        selected: the setting, the basis of its selection, and its results.
        estimates: ``mean``, ``median`` and ``iqm`` over the report seeds, of the value used for selection.
        times: unit -> times to target of the report seeds; empty without a target.
    """

    selected: Selected
    estimates: Mapping[Statistic, Estimate]
    times: Mapping[Unit, TimeToTarget]

    @property
    def name(self) -> str:
        """The name of the level, such as ``adam``."""
        return self.selected.level


@dataclass(frozen=True)
class Speed:
    """The ratio of two levels' times to target.

    Args:
        ratio: the ratio with its printed interval.
        is_shown: whether the two differ, by an interval corrected for all pairs of levels.
    """

    ratio: Ratio
    is_shown: bool


@dataclass(frozen=True)
class Study:
    """A comparison of the levels of one factor.

    Args:
        scientific: the factor, such as ``optimizer``.
        metric: the metric for the comparison.
        mode: whether small or large values are better.
        by: whether the final or the best value of a trial counts.
        target: value that counts as reached; None for no target.
        confidence: of the intervals.
        levels: best first, as ordered by `sweep.analysis.outcomes.best_first`.
        comparisons: of every pair of levels, in the order of ``levels``, with Holm's correction.
        speeds: unit -> comparison of the others with the fastest; empty without a target, or if no level reaches it on
            half of its seeds.
        margin: differences below it are treated as zero, in units of the metric; None for no margin.
        is_own: whether the training is the user's own, so that nothing is known of its optimizers and hyperparameters.
    """

    scientific: str
    metric: str
    mode: Mode
    by: By
    target: float | None
    confidence: float
    levels: tuple[Level, ...]
    comparisons: tuple[Comparison, ...]
    speeds: Mapping[Unit, tuple[Speed, ...]]
    margin: float | None = None
    is_own: bool = False

    def comparison(self, first: str, second: str) -> Comparison:
        """The comparison of two levels; its differences are positive where the better-ranked one is better."""
        return next(pair for pair in self.comparisons if {pair.first, pair.second} == {first, second})


def make_study(
    trials: pd.DataFrame,
    epochs: pd.DataFrame,
    metric: str,
    mode: Mode,
    rng: np.random.Generator,
    *,
    target: float | None = None,
    scientific: str = "optimizer",
    by: By = "final",
    selection_seeds: Collection[int] | None = None,
    report_seeds: Collection[int] | None = None,
    confidence: float = 0.95,
    margin: float | None = None,
    is_own: bool = False,
) -> Study:
    """Compute a comparison from the tables of a sweep.

    Args:
        trials: one row per trial.
        epochs: one row per epoch of a trial.
        metric: such as ``val_accuracy``.
        mode: whether small or large values are better.
        rng: for the bootstraps.
        target: value of the metric that counts as reached.
        scientific: column whose levels are compared.
        by: whether the final or the best value of a trial counts.
        selection_seeds: seeds for selecting each level's setting; default: all but the report seeds.
        report_seeds: seeds for reporting the settings; default: the selection seeds.
        confidence: of all intervals.
        margin: differences below it are treated as zero, in units of the metric; None for no margin.
        is_own: whether the training is the user's own.

    Raises:
        ComparisonError: if compared trials did not have the same data, split, weights or batches.
    """
    require_equal_conditions(trials)
    picked = select(
        trials,
        metric,
        mode,
        scientific=scientific,
        by=by,
        selection_seeds=selection_seeds,
        report_seeds=report_seeds,
    )
    picked = tuple(picked[position] for position in best_first([one.report for one in picked], mode))
    table = None if target is None else times_to_target(trials, epochs, metric, mode, target)
    levels = []
    for one in picked:
        estimates = {
            kind: estimate(one.report.array, kind, rng, confidence, overlap=one.report.overlap) for kind in STATISTICS
        }
        times = {}
        if table is not None:
            seeds = (*one.report.seeds, *one.report.diverged, *one.report.pruned, *one.report.missing)
            times = {unit: arm_times(table, one.arm_id, unit, one.level, seeds) for unit in UNITS}
        levels.append(Level(one, estimates, times))
    comparisons = compare_all([level.selected.report for level in levels], mode, confidence, margin)
    speeds = {} if target is None else {unit: _speeds(levels, unit, rng, confidence) for unit in UNITS}
    return Study(
        scientific=scientific,
        metric=metric,
        mode=mode,
        by=by,
        target=target,
        confidence=confidence,
        levels=tuple(levels),
        comparisons=comparisons,
        speeds=speeds,
        margin=margin,
        is_own=is_own,
    )


def fastest(levels: Collection[Level], unit: Unit) -> Level | None:
    """The level with the shortest median time; None if no level has a finite median."""
    finite = [level for level in levels if np.isfinite(level.times[unit].median)]
    return min(finite, key=lambda level: level.times[unit].median, default=None)


def _speeds(levels: Collection[Level], unit: Unit, rng: np.random.Generator, confidence: float) -> tuple[Speed, ...]:
    first = fastest(levels, unit)
    if first is None:
        return ()
    # Every pair counts (Bonferroni), because the fastest is known only after comparing all.
    pairs = max(1, len(list(combinations(levels, 2))))
    strict = 1 - (1 - confidence) / pairs
    speeds = []
    for other in levels:
        if other is not first:
            shown = ratio(other.times[unit], first.times[unit], rng, confidence)
            together = ratio(other.times[unit], first.times[unit], rng, strict)
            speeds.append(Speed(shown, shown.excludes_one and together.excludes_one))
    return tuple(speeds)
