"""Finds the leaders of a comparison, and names lists of levels in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from sweep.analysis.comparison_data import Level, Study
from sweep.analysis.time_to_target import Unit
from sweep.analysis.wording import level_name, listing

MOST_NAMED = 4
"""For more levels than this a sentence names only the ends of the range; the leaderboard lists all."""


def unit_of(study: Study) -> Unit:
    """Unit of the times to target: steps, or epochs if batch sizes are compared, because their steps differ in work."""
    return "epochs" if study.scientific == "batch_size" else step_unit(study)


def step_unit(study: Study) -> Unit:
    """What the column of steps counts: steps, or the epochs of a training of the user's own that counts no steps."""
    is_counted = any(level.times["steps"].times != level.times["epochs"].times for level in study.levels if level.times)
    return "epochs" if study.is_own and not is_counted else "steps"


def leaders(study: Study) -> tuple[Level, ...]:
    """The best level and those not shown to be worse, excluding levels that diverged on a seed.

    Empty if every level diverged on some seed.
    """
    sound = [level for level in study.levels if level.selected.report.values and not level.selected.report.diverged]
    return tuple(level for level in sound if level is sound[0] or not _is_worse(study, sound[0], level))


def _is_worse(study: Study, best: Level, other: Level) -> bool:
    pair = study.comparison(best.name, other.name)
    return pair.verdict == ("first" if pair.first == best.name else "second")


def names_of(study: Study, levels: Sequence[Level]) -> str:
    """Name the levels: each of them, or as all, or only the first few."""
    names = [level_name(level.name) for level in levels]
    if len(names) <= MOST_NAMED:
        return listing(names)
    if len(names) == len(study.levels):
        kind = "optimizers" if study.scientific == "optimizer" else f"values of {study.scientific}"
        return f"all {len(names)} {kind}"
    first = MOST_NAMED - 1
    return listing([*names[:first], f"{len(names) - first} others"])
