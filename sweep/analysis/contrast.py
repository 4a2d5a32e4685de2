"""Compares two sweeps arm by arm, over the settings and seeds that both have run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats  # type: ignore[import-untyped]

from sweep.analysis.aggregate import Estimate
from sweep.analysis.fingerprints import Mismatch, mismatches
from sweep.analysis.outcomes import Mode, best_first, outcomes
from sweep.analysis.pairing import Comparison, compare, holm, mean_difference, paired_t
from sweep.analysis.power import minimum_detectable_effect
from sweep.analysis.ranking import By
from sweep.analysis.wording import bounds, counted, difference, limits, metric_name
from sweep.analysis.wording import value as spelled
from sweep.records import Setting

if TYPE_CHECKING:
    import pandas as pd

PARTS = ("data", "split", "init", "batches")
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Pair:
    """A setting of each sweep, seed by seed.

    Args:
        arm: what it is called.
        comparison: differences are positive where the second sweep is better.
        first: mean of the first sweep over the common seeds; NaN without any.
        second: mean of the second.
    """

    arm: str
    comparison: Comparison
    first: float
    second: float


@dataclass(frozen=True)
class Contrast:
    """What two sweeps say about each other.

    Args:
        metric: what they are compared by.
        mode: whether small or large is good.
        pairs: one a setting that both have tried, with Holm's correction over all of them.
        best: the best setting of the one against that of the other; None if a sweep has none.
        overall: mean over the common settings of the difference of each seed, with Student's t interval over seeds.
        p_value: of that mean, two-sided paired t.
        alone: how many settings only the first, and only the second, has tried.
        mismatch: two trials that did not see the same; None if all that are paired did.
        has_fingerprints: whether both sweeps say what their trials saw.
        changed: ``epochs`` -> its one value in the first and in the second, where the sweeps as wholes differ in it.
        by: which value of a trial counts.
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
    """Compare two sweeps over the settings that both have tried.

    **Variant.** Two settings are the same if their canonical forms are, key by key, whatever the hyperparameters are
    called; only how many epochs a whole sweep trains, where each has one number of them, keeps no setting apart.

    Args:
        first: one row per trial of the one.
        second: one row per trial of the other.
        metric: such as ``val_loss``.
        mode: whether small or large is good.
        settings: arm id -> canonical setting, of the first and of the second.
        by: which value of a trial counts.
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
    alone = (len(ours_by_setting) - len(common), len(theirs_by_setting) - len(common))
    found, has_fingerprints = _conditions(first, second)
    return Contrast(
        metric=metric,
        mode=mode,
        pairs=tuple(pairs),
        best=best,
        overall=mean_difference(by_seed, CONFIDENCE),
        p_value=paired_t(by_seed),
        alone=alone,
        mismatch=found,
        has_fingerprints=has_fingerprints,
        changed=changed,
        by=by,
    )


def sentence(found: Contrast, first: str, second: str) -> str:
    """Say how the sweeps differ, with the uncertainty.

    Args:
        found: the comparison.
        first: name of the one.
        second: name of the other.
    """
    pairs = [pair for pair in found.pairs if pair.comparison.seeds]
    if not pairs:
        return f"{first} and {second} have no setting and seed in common{_of_the_best(found, first, second)}."
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
        text = f"{first} and {second} are not told apart {where} (difference {gap}, {sure}{_seen(found)})"
    verdicts = [pair.comparison.verdict for pair in pairs]
    parts = [f"{second} is better on {verdicts.count('first')}", f"{first} on {verdicts.count('second')}"]
    return f"{text}; of the single settings, with Holm's correction, {', '.join(parts)}."


def _seen(found: Contrast) -> str:
    """The smallest difference that the common seeds would have shown, by the spread of their mean differences."""
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


def _of_the_best(found: Contrast, first: str, second: str) -> str:
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
    # The second comes first, so that a positive difference is a gain of the newer sweep.
    comparison = compare(other, one, mode, CONFIDENCE)
    means = []
    for side in (one, other):
        values = dict(zip(side.seeds, side.values, strict=True))
        means.append(float(np.mean([values[seed] for seed in comparison.seeds])) if comparison.seeds else float("nan"))
    name = one.name if one.name == other.name else f"{one.name} and {other.name}"
    return Pair(name, comparison, means[0], means[1])


def _changed(ours: Mapping[str, Setting], theirs: Mapping[str, Setting]) -> dict[str, tuple[str, str]]:
    """How long the trainings are, where that is the same in all of each sweep and another in the other."""
    lengths = [{str(setting.get("epochs")) for setting in side.values()} for side in (ours, theirs)]
    if lengths[0] != lengths[1] and all(len(side) == 1 for side in lengths):
        return {"epochs": (lengths[0].pop(), lengths[1].pop())}
    return {}


def _by_identity(settings: Mapping[str, Setting], without: Mapping[str, object]) -> dict[str, str]:
    """The whole canonical setting as text -> its arm."""
    return {
        json.dumps({key: value for key, value in setting.items() if key not in without}, sort_keys=True): arm_id
        for arm_id, setting in settings.items()
    }


def _best(trials: pd.DataFrame, column: str, mode: Mode) -> str | None:
    if "purpose" in trials:
        # Only the picked settings have the report seeds, and a setting is not picked on those.
        trials = trials[trials["purpose"] != "report"]
    arm_ids = list(dict.fromkeys(trials["arm_id"]))
    found = [outcomes(trials, arm_id, column) for arm_id in arm_ids]
    order = best_first(found, mode)
    return arm_ids[order[0]] if order and found[order[0]].values else None


def _by_seed(pairs: list[Pair]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The mean difference of each seed over the settings, of the seeds that every setting has."""
    tables = [dict(zip(p.comparison.seeds, p.comparison.differences, strict=True)) for p in pairs if p.comparison.seeds]
    seeds = sorted(set.intersection(*(set(table) for table in tables))) if tables else []
    return np.array([np.mean([table[seed] for table in tables]) for seed in seeds], dtype=np.float64)


def _conditions(first: pd.DataFrame, second: pd.DataFrame) -> tuple[Mismatch | None, bool]:
    """Whether trials that are paired saw the same, and whether that is known."""
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
