"""Health checks of a comparison's design: ranges, budgets, seeds, and insufficiently tuned optimizers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sweep.analysis.comparison_data import Level, Study
from sweep.analysis.detectable import POWER, detectable, pair_level
from sweep.analysis.deviation import deviation
from sweep.analysis.health_card import Card
from sweep.analysis.outcomes import Floats
from sweep.analysis.power import LARGEST_COUNT, seeds_needed
from sweep.analysis.wording import counted, difference, level_name, listing
from sweep.config.spaces import HYPERPARAMETERS
from trainers.optimizers import OPTIMIZERS, declaration_of
from trainers.optimizers.base import Hyperparameter

if TYPE_CHECKING:
    import pandas as pd

RANGES = (*HYPERPARAMETERS, "batch_size", "decay_rate")
"""Hyperparameters checked for best values on an edge, besides those that only some optimizers declare."""

SCALES = {declared.name: declared.scale for optimizer in OPTIMIZERS.values() for declared in optimizer.hyperparameters}

CLOSEST_BETA = 1e-7
"""A beta closer to 1 than this equals 1 in single precision."""

FEWEST_SEEDS = 5
"""With fewer seeds the signed-rank test is never significant and one outlier decides."""


def edges(study: Study, trials: pd.DataFrame, keys: Sequence[str] = ()) -> Iterator[Card]:
    """Find best settings on the edge of the tried range, where a better one may lie outside.

    An edge at the limit of the optimizer's declaration, such as ``beta1 = 0``, does not count, and neither does an edge
    among several values that tie exactly. The limits of the user's own hyperparameters are not known, except that few
    can be below 0; no value outside of the range is suggested.

    Args:
        study: the comparison.
        trials: one row per trial.
        keys: the hyperparameters of a training of the user's own.
    """
    for level in study.levels:
        rows = trials[trials["arm_id"].isin(list(level.selected.tried))]
        best = rows[rows["arm_id"] == level.selected.arm_id]
        if best.empty or not level.selected.selection.values:
            continue
        if "optimizer" in rows and best["optimizer"].notna().all():
            # Scales differ between optimizers.
            rows = rows[rows["optimizer"] == best["optimizer"].iloc[0]]
        declared = () if study.is_own else tuple(one.name for one in _declared(best))
        for name in keys if study.is_own else dict.fromkeys((*RANGES, *declared)):
            if name not in rows or name == study.scientific or rows[name].isna().any():
                continue
            if rows[name].dtype.kind not in "iuf":
                continue
            tried = np.unique(rows[name].to_numpy(dtype=np.float64))
            chosen = float(best[name].iloc[0])
            if len(tried) < 2 or tried[0] < chosen < tried[-1]:
                continue
            if (chosen == tried[0] == 0) if study.is_own else _is_limit(best, name, chosen):
                continue
            if rows.loc[rows["arm_id"].isin(level.selected.tied), name].nunique() > 1:
                continue
            side = "smallest" if chosen == tried[0] else "largest"
            is_known = not study.is_own or name == "learning_rate"
            beyond = _next_outside(name, tried, chosen) if is_known else None
            further = f"Try {'smaller' if chosen == tried[0] else 'larger'} values too"
            whose = f" of {level_name(level.name)}" if study.scientific else ""
            advice = f"{further}, such as {beyond:.10g}." if beyond else f"{further}."
            yield Card(
                "edge",
                "warning" if name == "learning_rate" else "note",
                f"the best setting{whose} has the {side} {name} tried, {chosen:g}.",
                advice if is_known else f"{further}, if there are any.",
            )


def special_cases(names: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """General optimizer, special case of it, and why the former includes the latter; the simplest first."""
    known = [name for name in dict.fromkeys((*OPTIMIZERS, *sorted(names))) if name in names and name in OPTIMIZERS]
    for name in sorted(known, key=lambda name: len(OPTIMIZERS[name].hyperparameters)):
        for special, why in declaration_of(OPTIMIZERS[name]).imitates.items():
            yield name, special, why


def under_tuned(study: Study) -> Iterator[Card]:
    """Find optimizers that are shown to be worse than a special case of theirs."""
    if study.scientific != "optimizer" or study.is_own:
        return
    names = {level.name for level in study.levels}
    for general, special, why in special_cases(names):
        if special not in names:
            continue
        pair = study.comparison(general, special)
        if pair.verdict == ("second" if pair.first == general else "first"):
            worse = difference(study.metric, abs(pair.difference.value))
            yield Card(
                "under-tuned",
                "serious",
                f"{level_name(general)} is under-tuned: worse than {level_name(special)} by {worse}, though {why}.",
                f"Give {level_name(general)} a wider range or more settings before you compare it.",
            )


def unequal_budgets(study: Study) -> Iterator[Card]:
    """Find levels with more settings tried than others, after merging equal settings."""
    budgets = {level.name: level.selected.settings for level in study.levels}
    if len(set(budgets.values())) > 1:
        counts = listing([f"{level_name(name)} {counted(count, 'setting')}" for name, count in budgets.items()])
        ratio = max(budgets.values()) / min(budgets.values())
        yield Card(
            "budget",
            "warning" if ratio >= 2 else "note",
            f"the tuning budgets differ: {counts}.",
            "Give each the same number of settings, or compare their tuning curves at the same number.",
        )


def few_seeds(study: Study) -> Iterator[Card]:
    """Find comparisons with too few seeds for the difference that they show."""
    numbered = [level for level in study.levels if level.selected.report.values]
    if len(numbered) < 2:
        return
    best, others = numbered[0], numbered[1:]
    counts = [len(study.comparison(best.name, level.name).seeds) for level in others]
    fewest = min(counts)
    if fewest < 2:
        yield Card(
            "seeds",
            "serious",
            "there are levels with one seed in common or none, which can't tell which of them is better.",
            f"Run {FEWEST_SEEDS} seeds or more.",
        )
        return
    found = [_undecided(study, best, level) for level in others]
    undecided = [card for card in found if card is not None]
    if undecided:
        yield undecided[0]
    elif fewest < FEWEST_SEEDS:
        yield Card(
            "seeds",
            "note",
            f"the differences rest on {counted(fewest, 'seed')}, so that their sizes are uncertain.",
            f"Run {FEWEST_SEEDS} seeds or more.",
        )


def flattered(study: Study) -> Iterator[Card]:
    """Find results that were selected as the best of several and reported on the selection seeds."""
    shown = [level for level in study.levels if level.selected.report.values]
    same = [level for level in shown if level.selected.settings > 1 and not level.selected.is_fresh]
    if same:
        most = max(level.selected.settings for level in same)
        yield Card(
            "selection",
            "note",
            f"the best of up to {counted(most, 'setting')} is shown on the seeds that picked it, which flatters it.",
            "Run the best settings again on other `seeds` and report those.",
        )


def _undecided(study: Study, best: Level, other: Level) -> Card | None:
    pair = study.comparison(best.name, other.name)
    if pair.verdict != "not told apart":
        return None
    spread, seen = deviation(np.array(pair.differences)), abs(pair.difference.value)
    smallest = detectable(study, pair)
    # Equal means can differ by rounding; without a spread the detectable difference is unknown.
    if not seen < smallest or seen <= 1e-12 * max(map(abs, pair.differences)):
        return None
    needed = seeds_needed(seen, spread, pair_level(study), POWER)
    enough = f"more than {LARGEST_COUNT} seeds" if needed is None else f"about {counted(needed, 'seed')}"
    margin = "" if study.margin is not None else " Say with `metric.margin` how small a difference does not matter."
    return Card(
        "seeds",
        "warning",
        f"{level_name(best.name)} is ahead of {level_name(other.name)} by {difference(study.metric, seen)}, but with "
        f"{counted(len(pair.seeds), 'paired seed')} only {difference(study.metric, smallest)} or more could be seen.",
        f"A difference of that size needs {enough} to be shown.{margin}",
    )


def _is_limit(best: pd.DataFrame, name: str, chosen: float) -> bool:
    """Whether the value is at a limit that cannot be exceeded."""
    if name == "batch_size":
        # With full batches an epoch is one step.
        return chosen == 1 or bool((best["steps"] == best["epochs_done"]).any())
    if name in ("decay_rate", "weight_decay") and chosen == 0:
        return True
    return any(each.name == name and chosen in (each.minimum, each.maximum) for each in _declared(best))


def _declared(best: pd.DataFrame) -> Sequence[Hyperparameter]:
    """The declared hyperparameters of an arm's optimizer, including a user's own."""
    optimizer = str(best["optimizer"].iloc[0])
    return OPTIMIZERS[optimizer].hyperparameters if optimizer in OPTIMIZERS else ()


def _next_outside(name: str, tried: Floats, chosen: float) -> float | None:
    """The next value outside the tried range, in geometric progression; None if there is none."""
    next_inward = tried[1] if chosen == tried[0] else tried[-2]
    if min(chosen, next_inward) <= 0:
        return None
    value = chosen * chosen / next_inward
    # For a beta the distance from 1 is in geometric progression.
    if SCALES.get(name) == "one_minus_log":
        # Rounded as a distance: 0.9999 with three digits would be 1, which is not a valid beta.
        distance = float(f"{(1 - chosen) ** 2 / (1 - next_inward):.3g}")
        return round(1 - distance, 10) if CLOSEST_BETA <= distance < 1 - 1e-9 else None
    # After 0.9 and 0.99 the next distance would give a beta of 0 or less, up to rounding.
    return float(f"{value:.3g}") if value > 1e-9 else None
