"""Health checks of trainings: diverged, missing the target, ended too early, or overfitted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from sweep.analysis.aggregate import Estimate
from sweep.analysis.comparison_data import Level, Study
from sweep.analysis.health_card import Card
from sweep.analysis.pairing import mean_difference
from sweep.analysis.wording import best_name, counted, difference, level_name, listing, metric_name, target_value, value
from trainers.metrics import METRICS

if TYPE_CHECKING:
    import pandas as pd

DIVERGED_SHARE = 0.2
WINDOW_SHARE = 0.1
"""The last tenth of the epochs is compared with the tenth before."""

IMPROVING_SHARE = 0.01
"""An improvement below this share of the total improvement counts as zero."""


def diverged(study: Study, trials: pd.DataFrame) -> Iterator[Card]:
    """Find levels with more than a fifth of their trainings diverged."""
    for level in study.levels:
        rows = trials[trials["arm_id"].isin(list(level.selected.tried))]
        ended = rows[rows["status"].isin(["COMPLETED", "STOPPED", "PRUNED", "DIVERGED"])]
        lost = int((ended["status"] == "DIVERGED").sum())
        if len(ended) and lost / len(ended) > DIVERGED_SHARE:
            yield Card(
                "diverged",
                "serious" if level.selected.report.diverged else "warning",
                f"{lost:,} of {counted(len(ended), 'training')} of {level_name(level.name)} diverged "
                f"({100 * lost / len(ended):.0f} %).",
                _cure(study, trials, level),
            )


def _cure(study: Study, trials: pd.DataFrame, level: Level) -> str:
    """Advice against divergence; a training of the user's own may have no learning rate."""
    if study.is_own and "learning_rate" not in trials:
        return "Look in the table of all trials at the settings that they share."
    return f"Lower the largest learning rates of {level_name(level.name)}."


def target_missed(study: Study) -> Iterator[Card]:
    """Find levels with no seed that reached the target."""
    if study.target is None:
        return
    ran = [level for level in study.levels if level.times["steps"].times]
    missed = [level for level in ran if not level.times["steps"].hits]
    target = target_value(study.metric, study.target)
    if missed and len(missed) == len(ran):
        advice = "Train longer, or choose a target that can be reached."
        yield Card("target", "serious", f"no training of a best setting reached {target}.", advice)
    elif missed:
        names = listing([level_name(level.name) for level in missed])
        sentence = f"{names} never reached {target}, so that their time to it is unknown, not long."
        yield Card("target", "note", sentence, "Train longer, or look at the learning curves.")


def still_improving(study: Study, trials: pd.DataFrame, epochs: pd.DataFrame) -> Iterator[Card]:
    """Find best settings whose curves were still improving at the last epoch."""
    # Trials that stopped at their target or by a rule were not limited by the number of epochs.
    whole = trials.loc[trials["status"] == "COMPLETED", "trial_id"]
    epochs = epochs[epochs["trial_id"].isin(whole)]
    for level in study.levels:
        gain = improvement_at_the_end(level, study, epochs)
        if gain is not None and gain.value > 0 and (gain.low > 0 or gain.count == 1):
            yield Card(
                "improving",
                "warning",
                f"the {metric_name(study.metric)} of {best_name(level.name)} was still improving at its last epoch, "
                f"by {difference(study.metric, gain.value)} over the last tenth of training.",
                "Train longer: what is slow at first may overtake.",
            )


def improvement_at_the_end(level: Level, study: Study, epochs: pd.DataFrame) -> Estimate | None:
    """The improvement from the second-to-last tenth of the epochs to the last, over the report seeds.

    ``g_i = +-(mean(y_{E-w+1..E}) - mean(y_{E-2w+1..E-w}))``, ``w = max(1, E / 10)``, with Student's t interval

    **Variant.** Seeds that stopped early are excluded, because the number of epochs did not limit them. A gain of less
    than 1 % of the total improvement since the first epoch counts as zero.

    Args:
        level: the level with the curves.
        study: the comparison, for the metric.
        epochs: one row per epoch of a trial.

    Returns:
        The estimate; None without curves of 3 or more epochs.
    """
    sign = 1.0 if study.mode == "max" else -1.0
    rows = epochs[(epochs["arm_id"] == level.selected.arm_id) & epochs["seed"].isin(level.selected.report.seeds)]
    if study.metric not in rows:
        # No trial has finished an epoch.
        return None
    # A training of the user's own need not report the metric after every epoch.
    rows = rows[rows[study.metric].notna()]
    curves = [curve.sort_values("epoch")[study.metric].to_numpy() for _, curve in rows.groupby("seed")]
    longest = max((len(curve) for curve in curves), default=0)
    whole = [sign * curve for curve in curves if len(curve) == longest]
    if longest < 3:
        return None
    width = max(1, int(longest * WINDOW_SHARE))
    gains = np.array([curve[-width:].mean() - curve[-2 * width : -width].mean() for curve in whole])
    overall = float(np.mean([curve[-width:].mean() - curve[0] for curve in whole]))
    if gains.mean() < IMPROVING_SHARE * abs(overall):
        gains = np.zeros_like(gains)
    return mean_difference(gains, study.confidence)


def gaps(study: Study, trials: pd.DataFrame) -> Iterator[Card]:
    """Find best settings that are much better on the training part than on the validation part."""
    measure = study.metric.partition("_")[2]
    train, validation = f"final_train_{measure}", f"final_val_{measure}"
    if measure not in METRICS or train not in trials or validation not in trials:
        return
    allowed = METRICS[measure].gap
    for level in study.levels:
        rows = trials[trials["arm_id"] == level.selected.arm_id]
        rows = rows[rows["seed"].isin(level.selected.report.seeds)]
        ours, theirs = float(rows[train].mean()), float(rows[validation].mean())
        wide = allowed.difference is not None and ours - theirs > allowed.difference
        wide |= allowed.ratio is not None and ours > 0 and theirs / ours > allowed.ratio
        if wide:
            yield Card(
                "gap",
                "note",
                f"{best_name(level.name)} ends at {value(study.metric, ours)} {metric_name(f'train_{measure}')} but "
                f"{value(study.metric, theirs)} {metric_name(f'val_{measure}')}: it overfits.",
                ("Regularise more" if study.is_own else "Add weight decay, a smaller network or more data")
                + (", or compare by the best epoch." if study.by == "final" else "."),
            )
