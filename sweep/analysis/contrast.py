"""Compares two sweeps arm by arm, over the settings and seeds that both have run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from sweep.analysis.aggregate import Estimate
from sweep.analysis.fingerprints import Mismatch, mismatches
from sweep.analysis.outcomes import Mode, best_first, outcomes
from sweep.analysis.pairing import Comparison, compare, holm, mean_difference, paired_t
from sweep.analysis.power import minimum_detectable_effect
from sweep.analysis.ranking import By
from sweep.analysis.shared_folds import overlap_in
from sweep.analysis.wording import bounds, counted, difference, limits, metric_name
from sweep.analysis.wording import value as spelled
from sweep.records import Setting

if TYPE_CHECKING:
    import pandas as pd

PARTS = ("data", "split", "init", "batches")
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Pair:
    """A setting in both sweeps, compared seed by seed.

    Args:
        arm: its label.
        comparison: differences are positive where the second sweep is better.
        first: mean of the first sweep over the common seeds; NaN if there are none.
        second: mean of the second.
    """

    arm: str
    comparison: Comparison
    first: float
    second: float


@dataclass(frozen=True)
class Contrast:
    """The comparison of two sweeps.

    Args:
        metric: the metric for the comparison.
        mode: whether small or large values are better.
        pairs: one per setting that both have tried, with Holm's correction over all of them.
        best: the best setting of one against that of the other; None if a sweep has none.
        overall: mean over the common settings of each seed's difference, with Student's t interval over seeds.
        p_value: two-sided paired t test of that mean.
        alone: number of settings tried only by the first, and only by the second.
        mismatch: two trials with different conditions; None if all paired trials had the same.
        has_fingerprints: whether both sweeps recorded the conditions of their trials.
        changed: ``epochs`` -> its value in the first and in the second, if each sweep has one value and they differ.
        by: whether the final or the best value of a trial counts.
    """

    metric: str
    mode: Mode
    pairs: tuple[Pair, ...]
    best: Pair | None
    overall: Estimate
    p_value: float
    alone: tuple[int, int]
    mismatch: Mismatch | None
    has_fingerprints: bool
    changed: Mapping[str, tuple[str, str]]
    by: By = "final"


def contrast(
    first: pd.DataFrame,
    second: pd.DataFrame,
    metric: str,
    mode: Mode,
    settings: tuple[Mapping[str, Setting], Mapping[str, Setting]],
    by: By = "final",
) -> Contrast:
    """Compare two sweeps over their common settings.

    **Variant.** Two settings are the same if their canonical forms are equal, whatever names the hyperparameters have;
    a number of epochs that is constant within each sweep is ignored.

    Args:
        first: one row per trial of the first sweep.
        second: one row per trial of the second sweep.
        metric: such as ``val_loss``.
        mode: whether small or large values are better.
        settings: arm id -> canonical setting, of the first and of the second.
        by: whether the final or the best value of a trial counts.
    """
    column = f"{by}_{metric}"
    ours_of, theirs_of = ({arm_id: side[arm_id] for arm_id in dict.fromkeys(rows["arm_id"])}
                          for side, rows in zip(settings, (first, second), strict=True))  # fmt: skip
    changed = _changed(ours_of, theirs_of)
    ours_by_setting, theirs_by_setting = (_by_identity(side, changed) for side in (ours_of, theirs_of))
    common = [setting for setting in ours_by_setting if setting in theirs_by_setting]
    pairs = [
        _pair(first, second, ours_by_setting[setting], theirs_by_setting[setting], column, mode) for setting in common
    ]
    adjusted = holm(np.array([pair.comparison.t_p_value for pair in pairs], dtype=np.float64))
    pairs = [
        replace(pair, comparison=replace(pair.comparison, adjusted_p_value=float(p_value)))
        for pair, p_value in zip(pairs, adjusted, strict=True)
    ]
    ours, others = _best(first, column, mode), _best(second, column, mode)
    best = None if ours is None or others is None else _pair(first, second, ours, others, column, mode)
    by_seed = _by_seed(pairs)
    overlap = max(overlap_in(first), overlap_in(second))
    alone = (len(ours_by_setting) - len(common), len(theirs_by_setting) - len(common))
    found, has_fingerprints = _conditions(first, second)
    return Contrast(
        metric=metric,
        mode=mode,
        pairs=tuple(pairs),
        best=best,
        overall=mean_difference(by_seed, CONFIDENCE, overlap),
        p_value=paired_t(by_seed, overlap),
        alone=alone,
        mismatch=found,
        has_fingerprints=has_fingerprints,
        changed=changed,
        by=by,
    )


def sentence(found: Contrast, first: str, second: str) -> str:
    """State the difference between two sweeps, with its uncertainty.

    Args:
        found: the comparison.
        first: name of the first sweep.
        second: name of the second sweep.
    """
    pairs = [pair for pair in found.pairs if pair.comparison.seeds]
    if not pairs:
        return f"{first} and {second} have no setting and seed in common{_best_settings(found, first, second)}."
    where = f"over {counted(len(pairs), 'common setting')} and {counted(found.overall.count, 'common seed')}"
    if all(not any(pair.comparison.differences) for pair in pairs):
        return f"{first} and {second} have the same {metric_name(found.metric)} in all trials {where}."
    gap = difference(found.metric, abs(found.overall.value))
    low, high = found.overall.low, found.overall.high
    better, worse = (second, first) if found.overall.value > 0 else (first, second)
    if found.overall.value < 0:
        low, high = -high, -low
    sure = bounds(found.metric, low, high, CONFIDENCE)
    if found.p_value < 1 - CONFIDENCE:
        text = f"{better} is better than {worse} by {gap} {metric_name(found.metric)} ({sure}) {where}"
    else:
        text = f"{first} and {second} are not told apart {where} (difference {gap}, {sure}{_detectable(found)})"
    verdicts = [pair.comparison.verdict for pair in pairs]
    parts = [f"{second} is better on {verdicts.count('first')}", f"{first} on {verdicts.count('second')}"]
    return f"{text}; of the single settings, with Holm's correction, {', '.join(parts)}."


def _detectable(found: Contrast) -> str:
    """The smallest difference that the common seeds can detect, from the spread of their mean differences."""
    count, error = found.overall.count, found.overall.high - found.overall.value
    if count < 2 or not np.isfinite(error) or error <= 0:
        return ""
    deviation = error * np.sqrt(count) / float(stats.t.ppf((1 + CONFIDENCE) / 2, count - 1))
    smallest = minimum_detectable_effect(deviation, count, 1 - CONFIDENCE)
    least, most = limits(found.metric)
    text = f"only {difference(found.metric, smallest)} or more"
    return (
        f"; {'no difference, however large,' if smallest > most - least else text} would be shown with a power of 80 %"
    )


def _best_settings(found: Contrast, first: str, second: str) -> str:
    if found.best is None or not found.best.comparison.seeds:
        return ""
    pair = found.best
    sure = bounds(found.metric, pair.comparison.difference.low, pair.comparison.difference.high, CONFIDENCE)
    ends = "end at" if found.by == "final" else "reach"
    return (
        f"; their best settings {ends} {spelled(found.metric, pair.first)} ({first}) and "
        f"{spelled(found.metric, pair.second)} ({second}), a gain of "
        f"{difference(found.metric, pair.comparison.difference.value)} ({sure})"
    )


def _pair(first: pd.DataFrame, second: pd.DataFrame, ours: str, theirs: str, column: str, mode: Mode) -> Pair:
    one, other = outcomes(first, ours, column), outcomes(second, theirs, column)
    # The second comes first, so that a positive difference is an improvement of the newer sweep.
    comparison = compare(other, one, mode, CONFIDENCE)
    means = []
    for side in (one, other):
        values = dict(zip(side.seeds, side.values, strict=True))
        means.append(float(np.mean([values[seed] for seed in comparison.seeds])) if comparison.seeds else float("nan"))
    name = one.name if one.name == other.name else f"{one.name} and {other.name}"
    return Pair(name, comparison, means[0], means[1])


def _changed(ours: Mapping[str, Setting], theirs: Mapping[str, Setting]) -> dict[str, tuple[str, str]]:
    """The numbers of epochs, if constant within each sweep and different between them."""
    lengths = [{str(setting.get("epochs")) for setting in side.values()} for side in (ours, theirs)]
    if lengths[0] != lengths[1] and all(len(side) == 1 for side in lengths):
        return {"epochs": (lengths[0].pop(), lengths[1].pop())}
    return {}


def _by_identity(settings: Mapping[str, Setting], without: Mapping[str, object]) -> dict[str, str]:
    """Canonical setting as text -> its arm."""
    return {
        json.dumps({key: value for key, value in setting.items() if key not in without}, sort_keys=True): arm_id
        for arm_id, setting in settings.items()
    }


def _best(trials: pd.DataFrame, column: str, mode: Mode) -> str | None:
    if "purpose" in trials:
        # The report seeds exist only for selected settings and are not used for selection.
        trials = trials[trials["purpose"] != "report"]
    arm_ids = list(dict.fromkeys(trials["arm_id"]))
    found = [outcomes(trials, arm_id, column) for arm_id in arm_ids]
    order = best_first(found, mode)
    return arm_ids[order[0]] if order and found[order[0]].values else None


def _by_seed(pairs: list[Pair]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The mean over settings of each seed's difference, for seeds that every setting has."""
    tables = [dict(zip(p.comparison.seeds, p.comparison.differences, strict=True)) for p in pairs if p.comparison.seeds]
    seeds = sorted(set.intersection(*(set(table) for table in tables))) if tables else []
    return np.array([np.mean([table[seed] for table in tables]) for seed in seeds], dtype=np.float64)


def _conditions(first: pd.DataFrame, second: pd.DataFrame) -> tuple[Mismatch | None, bool]:
    """Whether paired trials had the same conditions, and whether that is known."""
    import pandas as pd

    columns = ["trial_id", "arm", "seed", *(key for key in ("batch_size", "epochs") if key in first and key in second)]
    prints = [f"fingerprint_{part}" for part in PARTS if f"fingerprint_{part}" in first]
    known = [
        name
        for name in prints
        if name in second and all((side[name].fillna("") != "").any() for side in (first, second))
    ]
    seeds = set(first["seed"]) & set(second["seed"])
    sides = [side[side["seed"].isin(list(seeds))][[*columns, *known]] for side in (first, second)]
    marked = [side.assign(trial_id=f"{name} " + side["trial_id"]) for name, side in zip("AB", sides, strict=True)]
    found = mismatches(pd.concat(marked, ignore_index=True))
    return (found[0] if found else None), len(known) == len(PARTS)
