"""States the main effect of each hyperparameter that varies besides the compared one, in one sentence each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sweep.analysis.answer import clauses
from sweep.analysis.comparison_data import Study
from sweep.analysis.effects import DECAY, Effect, main_effects, varied_factors
from sweep.analysis.wording import counted, level_name, listing

if TYPE_CHECKING:
    import pandas as pd

MOST_VALUES = 50
"""Maximum number of values of a factor that are compared pair by pair: 1,225 pairs, of which no more can be told."""

MOST_STRATA = 3
"""Maximum number of value sets of one factor in the text; the sets that share most settings come first."""


def effect_answers(
    study: Study,
    trials: pd.DataFrame,
    keys: Sequence[str],
    rng: np.random.Generator,
    *,
    seeds: Collection[int] | None = None,
) -> tuple[str, ...]:
    """State the main effect of each factor that varies, except the one that the study compares.

    Args:
        study: the comparison, which gives metric, confidence and margin.
        trials: one row per trial.
        keys: the hyperparameters.
        rng: for the bootstraps.
        seeds: seeds with which every setting was trained; default: all.
    """
    if not any(level.selected.report.values for level in study.levels):
        return ()
    said: list[str] = []
    alone = []
    has_pruned = bool((trials["status"] == "PRUNED").any())
    lost = "diverged, was pruned or did not end" if has_pruned else "diverged or did not end"
    for factor in varied_factors(trials, keys, is_own=study.is_own):
        if factor == study.scientific:
            continue
        if factor in trials and (values := int(trials[factor].nunique())) > MOST_VALUES:
            said.append(f"Main effect of {factor}: its {values:,} values are too many to be compared pair by pair.")
            continue
        effects = main_effects(
            trials,
            study.metric,
            study.mode,
            rng,
            factor,
            keys,
            by=study.by,
            seeds=seeds,
            confidence=study.confidence,
            margin=study.margin,
            is_own=study.is_own,
        )
        said += _factor_sentences(factor, effects, lost)
        if not effects and _varies_by_itself(trials, factor, is_own=study.is_own):
            alone.append(factor)
    if alone:
        said.append(f"No main effect is told of {listing(alone)}: no two values were tried with the rest the same.")
    return tuple(said)


def _varies_by_itself(trials: pd.DataFrame, factor: str, *, is_own: bool) -> bool:
    """Whether a factor is more than a part of the optimizer: one with a value for each optimizer is none by itself."""
    if (factor == DECAY and not is_own) or "optimizer" not in trials:
        return True
    return bool(trials.groupby("optimizer")[factor].nunique().max() > 1)


def _factor_sentences(factor: str, effects: Sequence[Effect], lost: str) -> Iterator[str]:
    for effect in effects[:MOST_STRATA]:
        yield _sentence(effect, lost)
    if len(effects) > MOST_STRATA:
        more = len(effects) - MOST_STRATA
        verb = "is" if more == 1 else "are"
        sets = counted(more, "more set")
        yield f"Main effect of {factor}: {sets} of its values, tried with other settings, {verb} not told here."


def _sentence(effect: Effect, lost: str) -> str:
    whose = ""
    if not effect.is_whole and effect.optimizers:
        whose = f" of {listing([level_name(name) for name in effect.optimizers])}"
    if not effect.common:
        common = counted(effect.left_out, "common setting")
        return f"Main effect of {effect.factor}{whose}: unknown, for on each of {common} a training {lost}."
    over = f"mean over {counted(effect.common, 'common setting')}{whose}"
    if effect.left_out:
        over += f", without {effect.left_out:,} on which a training {lost}"
    return f"Main effect of {effect.factor} ({over}): {clauses(effect.study)}."
