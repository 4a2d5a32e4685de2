"""What each hyperparameter does on average: main effects, paired over the other settings that its values share."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from sweep.analysis.aggregate import estimate
from sweep.analysis.comparison_data import STATISTICS, Level, Study
from sweep.analysis.outcomes import ENDED_WELL, Mode, Outcomes, best_first
from sweep.analysis.pairing import compare_all
from sweep.analysis.ranking import By
from sweep.analysis.selection import Selected

if TYPE_CHECKING:
    import pandas as pd

DECAY = "decay"
"""The schedule with its numbers is one factor: a number of one schedule means nothing to another."""


@dataclass(frozen=True)
class Effect:
    """The main effect of one factor, over settings that differ in it alone.

    Args:
        factor: such as ``batch_size``.
        study: of its values; each value's number for a seed is the mean over the common settings.
        common: how many settings of all else every value was tried with, and ended well on every seed that counts.
        left_out: how many more there were, of which some training diverged or did not end.
        optimizers: of those settings.
        is_whole: whether these are all values of the factor; another stratum holds the others.
    """

    factor: str
    study: Study
    common: int
    left_out: int
    optimizers: tuple[str, ...]
    is_whole: bool


def varied_factors(trials: pd.DataFrame, keys: Sequence[str]) -> tuple[str, ...]:
    """The factors with two values or more, the optimizer first; the schedule and its numbers are one, ``decay``.

    Args:
        trials: one row per trial.
        keys: the hyperparameters.
    """
    found = dict.fromkeys(_family(key) for key in keys if key in trials and _values(trials, key) > 1)
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
) -> tuple[Effect, ...]:
    """Compare the values of a factor over all settings of the rest that have been tried with each of them.

    ``y_vs = mean_b(x_bvs)``, ``b`` the common settings of all other factors, ``s`` the seeds; the values are then
    compared pair by pair over the seeds, with Holm's correction over all pairs of values.

    **Variant.** The mean over the other settings, not the best of them: it asks what the factor does to settings that
    are alike otherwise, where the comparison of optimizers asks what each can do once tuned. Where different
    optimizers tried different values, each set of values that were tried together is an effect of its own. A setting
    of the rest on which any training of a value diverged or did not end is left out for all values, and counted.

    Args:
        trials: one row per trial.
        metric: such as ``val_loss``.
        mode: whether small or large is good.
        rng: for the bootstraps.
        factor: of `varied_factors`.
        keys: the hyperparameters.
        by: which value of a trial counts.
        seeds: only these; default: all. Fresh seeds of picked settings must not be among them.
        confidence: of all intervals.
        margin: differences below it count as none; None for no margin.

    Returns:
        one a set of values that share other settings, that with the most of them first; empty if none share any.

    Reference: Montgomery (2017), Design and Analysis of Experiments, chapter 5 (factorial designs, blocked by seed).
    """
    rows = trials if seeds is None else trials[trials["seed"].isin(list(seeds))]
    own = [key for key in keys if key in rows and _family(key) == factor]
    rest = [key for key in keys if key in rows and _family(key) != factor]
    # A hyperparameter that an optimizer lacks is no value of it; that a schedule lacks a number is.
    rows = rows if factor == DECAY else rows[rows[own[0]].notna()]
    if rows.empty:
        return ()
    block = _joined(rows, rest)
    table = rows.assign(_block=block, _value=_spelled(rows, own, factor))
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
    """The comparison of the values over their common settings, and how many of those ended well throughout."""
    numbers = rows[f"{by}_{metric}"].astype(np.float64).where(rows["status"].isin(ENDED_WELL))
    wide = rows.assign(_number=numbers).set_index(["_block", "_value", "seed"])["_number"].unstack(["_value", "seed"])
    values = [str(value) for value in dict.fromkeys(rows["_value"])]
    # A value with which no setting ended well would leave nothing to compare the others over.
    by_value = {value: cast("pd.DataFrame", wide[value]) for value in values}
    sound = [value for value in values if by_value[value].notna().all(axis=1).any()]
    whole = wide[wide[sound].notna().all(axis=1)] if sound else wide.iloc[:0]
    found = [
        _over(value, by_value[value].loc[whole.index].mean(axis=0))
        if value in sound and len(whole)
        else _lost(value, rows)
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
            {kind: estimate(one.array, kind, rng, confidence) for kind in STATISTICS},
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


def _over(value: str, means: pd.Series) -> Outcomes:
    """A value with its mean over the common settings, one a seed."""
    ordered = means.sort_index()
    return Outcomes(value, tuple(int(seed) for seed in ordered.index), tuple(float(mean) for mean in ordered))


def _lost(value: str, rows: pd.DataFrame) -> Outcomes:
    """A value without a number: its seeds diverged, failed, or did not end, in some setting each."""
    own = rows[rows["_value"] == value]
    by_status = {
        status: {int(seed) for seed in own.loc[own["status"] == status, "seed"]} for status in ("DIVERGED", "FAILED")
    }
    diverged, failed = by_status["DIVERGED"], by_status["FAILED"] - by_status["DIVERGED"]
    missing = {int(seed) for seed in own["seed"]} - diverged
    return Outcomes(value, (), (), tuple(sorted(diverged)), tuple(sorted(missing)), tuple(sorted(failed)))


def _family(key: str) -> str:
    return DECAY if key.startswith(DECAY) else key


def _values(trials: pd.DataFrame, key: str) -> int:
    # That an optimizer has no such hyperparameter is no value; that a schedule lacks a number is told by its name.
    return int(trials[key].nunique())


def _joined(rows: pd.DataFrame, keys: Sequence[str]) -> list[str]:
    """The setting of some keys as one text per row, by which equal settings are equal."""
    return [repr(tuple(row)) for row in rows[list(keys)].astype("string").fillna("").to_numpy().tolist()]


def _spelled(rows: pd.DataFrame, keys: Sequence[str], factor: str) -> list[str]:
    """The value of a factor in each row, with its name unless it names itself; of a schedule what sets it apart."""
    if factor != DECAY:
        prefix = "" if factor == "optimizer" else f"{factor} "
        return [f"{prefix}{_text(value)}" for value in rows[keys[0]]]
    numbers = [key for key in keys if key != DECAY]
    # Only what differs between schedules of one kind, as in the labels of arms.
    telling = {kind: [key for key in numbers if _differs(same[key])] for kind, same in rows.groupby(DECAY, sort=False)}
    return [
        " ".join([DECAY, row[DECAY], *(f"{key}={_text(row[key])}" for key in telling[row[DECAY]] if _text(row[key]))])
        for row in rows[list(keys)].to_dict("records")
    ]


def _differs(values: pd.Series) -> bool:
    # What only goes along with another number, as the unit of a warm-up, has one value where it has any.
    return int(values.nunique(dropna=values.dtype.kind not in "iuf")) > 1


def _text(value: Any) -> str:
    import pandas as pd

    if pd.isna(value):
        return ""
    return f"{value:.12g}" if isinstance(value, float) else str(value)
