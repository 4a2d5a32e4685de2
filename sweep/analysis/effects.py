"""Computes main effects: the average effect of a hyperparameter, paired over settings of all others."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from sweep.analysis.aggregate import estimate
from sweep.analysis.comparison_data import STATISTICS, Level, Study
from sweep.analysis.outcomes import Mode, Outcomes, best_first
from sweep.analysis.pairing import compare_all
from sweep.analysis.ranking import By
from sweep.analysis.selection import Selected
from sweep.analysis.shared_folds import overlap_in
from sweep.records import ENDED_WELL

if TYPE_CHECKING:
    import pandas as pd

DECAY = "decay"
"""A schedule and its numbers are one factor, because a number of one schedule has no meaning for another."""


@dataclass(frozen=True)
class Effect:
    """The main effect of one factor, over settings that differ only in it.

    Args:
        factor: such as ``batch_size``.
        study: comparison of its values; a value's result for a seed is the mean over the common settings.
        common: number of settings of all other factors that were tried with every value and ended well on all seeds.
        left_out: number of further such settings in which some training diverged, was pruned or did not end.
        optimizers: the optimizers in those settings.
        is_whole: whether these are all values of the factor, rather than one of several strata.
    """

    factor: str
    study: Study
    common: int
    left_out: int
    optimizers: tuple[str, ...]
    is_whole: bool


def varied_factors(trials: pd.DataFrame, keys: Sequence[str], *, is_own: bool = False) -> tuple[str, ...]:
    """The factors with two or more values, the optimizer first; a schedule and its numbers are one, ``decay``.

    Args:
        trials: one row per trial.
        keys: the hyperparameters.
        is_own: whether they are of a training of the user's own, where each is a factor by itself.
    """
    found = dict.fromkeys(_family(key, is_own) for key in keys if key in trials and _values(trials, key) > 1)
    return tuple(sorted(found, key=lambda factor: factor != "optimizer"))


def main_effects(
    trials: pd.DataFrame,
    metric: str,
    mode: Mode,
    rng: np.random.Generator,
    factor: str,
    keys: Sequence[str],
    *,
    by: By = "final",
    seeds: Collection[int] | None = None,
    confidence: float = 0.95,
    margin: float | None = None,
    is_own: bool = False,
) -> tuple[Effect, ...]:
    """Compare the values of a factor over all settings of the other factors that were tried with each of them.

    ``y_vs = mean_b(x_bvs)``, ``b`` the common settings of all other factors, ``s`` the seeds; values are compared in
    pairs over the seeds, with Holm's correction over all pairs.

    **Variant.** The mean over the other settings, not the best of them: it measures the effect of the factor on
    settings that are otherwise equal, whereas the comparison of optimizers compares them after tuning. If optimizers
    were tried with different values, each set of values that were tried together is a separate effect. Settings of the
    other factors in which a training with any value diverged, was pruned or did not end are excluded for all values,
    and counted.

    Args:
        trials: one row per trial.
        metric: such as ``val_loss``.
        mode: whether small or large values are better.
        rng: for the bootstraps.
        factor: one of `varied_factors`.
        keys: the hyperparameters.
        by: whether the final or the best value of a trial counts.
        seeds: only these; default: all. Must not include fresh seeds of selected settings.
        confidence: of all intervals.
        margin: differences below it are treated as zero; None for no margin.
        is_own: as in `varied_factors`.

    Returns:
        One effect per set of values with common settings, the largest set first; empty if there is none.

    Reference: Montgomery (2017), Design and Analysis of Experiments, chapter 5 (factorial designs, blocked by seed).
    """
    rows = trials if seeds is None else trials[trials["seed"].isin(list(seeds))]
    own = [key for key in keys if key in rows and _family(key, is_own) == factor]
    rest = [key for key in keys if key in rows and _family(key, is_own) != factor]
    is_schedule = factor == DECAY and not is_own
    # A missing hyperparameter of an optimizer is not a value; a missing number of a schedule is.
    rows = rows if is_schedule else rows[rows[own[0]].notna()]
    if rows.empty:
        return ()
    block = _setting_texts(rows, rest)
    table = rows.assign(_block=block, _value=_schedule_texts(rows, own) if is_schedule else _value_texts(rows, factor))
    strata: dict[tuple[str, ...], list[str]] = {}
    for name, same in table.groupby("_block", sort=False)["_value"]:
        values = tuple(sorted(set(map(str, same))))
        if len(values) > 1:
            strata.setdefault(values, []).append(str(name))
    every = len(set(table["_value"]))
    effects = []
    for values, blocks in sorted(strata.items(), key=lambda item: -len(item[1])):
        inside = table[table["_block"].isin(blocks)]
        study, common = _study(
            rows=inside, factor=factor, metric=metric, mode=mode, rng=rng, by=by, confidence=confidence, margin=margin
        )
        optimizers = tuple(dict.fromkeys(map(str, inside["optimizer"]))) if "optimizer" in inside else ()
        effects.append(Effect(factor, study, common, len(blocks) - common, optimizers, len(values) == every))
    return tuple(effects)


def _study(
    rows: pd.DataFrame,
    factor: str,
    metric: str,
    mode: Mode,
    rng: np.random.Generator,
    by: By,
    confidence: float,
    margin: float | None,
) -> tuple[Study, int]:
    """The comparison of the values over their common settings, and the number of settings that ended well."""
    numbers = rows[f"{by}_{metric}"].astype(np.float64).where(rows["status"].isin(ENDED_WELL))
    wide = rows.assign(_number=numbers).set_index(["_block", "_value", "seed"])["_number"].unstack(["_value", "seed"])
    values = [str(value) for value in dict.fromkeys(rows["_value"])]
    # A value with which no setting ended well would leave no common settings for the others.
    by_value = {value: cast("pd.DataFrame", wide[value]) for value in values}
    sound = [value for value in values if by_value[value].notna().all(axis=1).any()]
    whole = wide[wide[sound].notna().all(axis=1)] if sound else wide.iloc[:0]
    found = [
        _mean_outcomes(value, by_value[value].loc[whole.index].mean(axis=0), rows)
        if value in sound and len(whole)
        else _outcomes_without_value(value, rows)
        for value in values
    ]
    found = [found[position] for position in best_first(found, mode)]
    levels = tuple(
        Level(
            Selected(
                level=one.name,
                arm_id="",
                arm="",
                by=by,
                settings=len(whole),
                tried={},
                selection=one,
                report=one,
                report_final=one,
                report_best=one,
                is_fresh=False,
            ),
            {kind: estimate(one.array, kind, rng, confidence, overlap=one.overlap) for kind in STATISTICS},
            {},
        )
        for one in found
    )
    pairs = compare_all(found, mode, confidence, margin)
    return Study(
        scientific=factor,
        metric=metric,
        mode=mode,
        by=by,
        target=None,
        confidence=confidence,
        levels=levels,
        comparisons=pairs,
        speeds={},
        margin=margin,
    ), len(whole)


def _mean_outcomes(value: str, means: pd.Series, rows: pd.DataFrame) -> Outcomes:
    """The mean of a value over the common settings, per seed."""
    ordered = means.sort_index()
    seeds = tuple(int(seed) for seed in ordered.index)
    return Outcomes(value, seeds, tuple(float(mean) for mean in ordered), overlap=overlap_in(rows))


def _outcomes_without_value(value: str, rows: pd.DataFrame) -> Outcomes:
    """A value without results: each seed diverged, failed, was pruned, or did not end in some setting."""
    own = rows[rows["_value"] == value]
    by_status = {
        status: {int(seed) for seed in own.loc[own["status"] == status, "seed"]}
        for status in ("DIVERGED", "FAILED", "PRUNED")
    }
    diverged, failed = by_status["DIVERGED"], by_status["FAILED"] - by_status["DIVERGED"]
    pruned = by_status["PRUNED"] - diverged - failed
    missing = {int(seed) for seed in own["seed"]} - diverged - pruned
    return Outcomes(
        value,
        (),
        (),
        tuple(sorted(diverged)),
        tuple(sorted(missing)),
        tuple(sorted(failed)),
        pruned=tuple(sorted(pruned)),
    )


def _family(key: str, is_own: bool) -> str:
    return DECAY if key.startswith(DECAY) and not is_own else key


def _values(trials: pd.DataFrame, key: str) -> int:
    # A missing hyperparameter of an optimizer is not a value; a missing number of a schedule shows in its name.
    return int(trials[key].nunique())


def _setting_texts(rows: pd.DataFrame, keys: Sequence[str]) -> list[str]:
    """The values of some keys as one text per row, equal for equal settings."""
    return [repr(tuple(row)) for row in rows[list(keys)].astype("string").fillna("").to_numpy().tolist()]


def _value_texts(rows: pd.DataFrame, factor: str) -> list[str]:
    """The value of a factor in each row as text, with the factor's name."""
    prefix = "" if factor == "optimizer" else f"{factor} "
    return [f"{prefix}{_text(value)}" for value in rows[factor]]


def _schedule_texts(rows: pd.DataFrame, keys: Sequence[str]) -> list[str]:
    """The schedule of each row as text, with its distinguishing numbers."""
    numbers = [key for key in keys if key != DECAY]
    # Only numbers that differ between schedules of one kind, as in the labels of arms.
    distinguishing = {
        kind: [key for key in numbers if _differs(same[key])] for kind, same in rows.groupby(DECAY, sort=False)
    }
    return [
        " ".join(
            [DECAY, row[DECAY], *(f"{key}={_text(row[key])}" for key in distinguishing[row[DECAY]] if _text(row[key]))]
        )
        for row in rows[list(keys)].to_dict("records")
    ]


def _differs(values: pd.Series) -> bool:
    # A key that only accompanies another number, such as the unit of a warm-up, has at most one value.
    return int(values.nunique(dropna=values.dtype.kind not in "iuf")) > 1


def _text(value: Any) -> str:
    import pandas as pd

    if pd.isna(value):
        return ""
    return f"{value:.12g}" if isinstance(value, float) else str(value)
