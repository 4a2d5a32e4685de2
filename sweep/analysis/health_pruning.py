"""Health checks of early stopping: what was pruned, best settings with pruned seeds, and ranks that change late."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from sweep.analysis.comparison_data import Study
from sweep.analysis.health_card import Card
from sweep.analysis.pruning import RankChange, pruning, rank_changes
from sweep.analysis.wording import best_name, counted, listing

if TYPE_CHECKING:
    import pandas as pd

LOWEST_TAU = 0.5
"""Below this correlation of the ranks, a quarter of all pairs of settings or more change their order."""


def pruned(study: Study, trials: pd.DataFrame) -> Iterator[Card]:
    """Say how many trainings were pruned, and what is compared then."""
    found = pruning(trials)
    if found is None:
        return
    saved = f"{100 * found.saved_epochs:.0f} % of the epochs"
    if np.isfinite(found.saved_examples):
        saved += f" and {100 * found.saved_examples:.0f} % of the examples"
    arms = counted(len(found.arms), "setting")
    yield Card(
        "pruned",
        "note",
        f"the scheduler pruned {found.pruned:,} of {counted(found.trials, 'training')}, of {arms}, and saved {saved}.",
        "Final values are compared only among trainings that went on to the end; settings with pruned seeds rank "
        "behind the others.",
    )


def flattered_by_pruning(study: Study) -> Iterator[Card]:
    """Find levels whose best setting has pruned seeds, so that its mean is over its better ones."""
    for level in study.levels:
        report = level.selected.report
        if report.pruned and report.values:
            seeds = counted(len(report.pruned) + report.count, "seed")
            yield Card(
                "pruned seeds",
                "warning",
                f"{len(report.pruned):,} of {seeds} of {best_name(level.name)} were pruned, and its mean is over the "
                "others, which flatters it.",
                "Train the best settings on fresh seeds to the end, by `report_seeds`, before you rely on the "
                "difference.",
            )


def late_ranks(study: Study, trials: pd.DataFrame, epochs: pd.DataFrame) -> Iterator[Card]:
    """Warn if a scheduler ran although the order of the trainings changes late."""
    if not (trials["status"] == "PRUNED").any():
        return
    found = rank_changes(trials, epochs, study.metric, study.mode)
    worst = [change for change in found if change.tau < LOWEST_TAU]
    if worst:
        yield Card(
            "ranks",
            "warning",
            f"the order of the trainings changes late: Kendall's tau is {listing([_spelled(one) for one in worst])}. "
            "Some that were pruned might have won.",
            "Raise `scheduler.grace_period`, or train the settings that were pruned last without a scheduler.",
        )


def _spelled(change: RankChange) -> str:
    between = "half time" if change.is_half else f"epoch {change.early:g}"
    until = "the end" if change.is_half else f"epoch {change.late:g}"
    return f"{change.tau:.2f} between {between} and {until} ({counted(change.trials, 'training')})"
