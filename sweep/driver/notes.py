"""Tells the user what happened in a sweep besides its results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sweep.analysis.wording import counted, listing
from sweep.config.metric import MetricConfig
from sweep.records import ENDED_WELL
from sweep.tracking import WriterReport

if TYPE_CHECKING:
    import pandas as pd

MOST_NAMED = 10
"""Trials that a note names."""


def notes_on(
    finished: int,
    remaining: int,
    interrupted: bool,
    tracked: WriterReport | None,
    problems: Sequence[str],
    unreported: str,
    *,
    inline: bool = False,
) -> list[str]:
    """Return what the user should know of a sweep that has ended, one sentence each.

    Args:
        finished: number of trials that an earlier run had finished.
        remaining: number of trials that this run was to train.
        interrupted: whether it was stopped.
        tracked: outcome of writing to MLflow; None without tracking.
        problems: sentences on what could not be read or compared.
        unreported: why there is no report; empty if there is one.
        inline: whether the trials were trained without Ray.
    """
    notes = list(problems)
    if finished and remaining:
        notes.append(f"{finished:,} trials were finished before and were not trained again.")
    elif finished:
        notes.append("All trials were finished before; nothing was trained. Use --fresh to train them again.")
    if inline and remaining:
        notes.append("The trials were trained one after the other and without Ray.")
    if interrupted:
        notes.append("Stopped before the end. Run the same command to go on.")
    if tracked is not None:
        notes += tracking_notes(tracked)
    if unreported:
        notes.append(f"There is no report: {unreported}")
    return notes


def renewed_notes(metric: MetricConfig, count: int) -> list[str]:
    """Say that trials are trained again because they lack a metric that is asked now.

    Args:
        metric: what is asked.
        count: number of such trials.
    """
    if not count:
        return []
    names = listing(metric.columns)
    return [
        f"{count:,} trials were trained again, as they were trained before {names} was asked or changed; their other "
        "numbers do not depend on it."
    ]


def lacking_notes(trials: pd.DataFrame, metric: MetricConfig) -> list[str]:
    """Say which trials that ended well lack a metric, since it is not defined on their part of the data.

    Args:
        trials: one row per trial.
        metric: what is asked; of the metric that decides, the trials are named.
    """
    notes = []
    ended = trials[trials["status"].isin(ENDED_WELL)]
    for name in dict.fromkeys((metric.name, *metric.columns)):
        if f"final_{name}" not in ended:
            continue
        lacking = ended[ended[f"final_{name}"].isna()]
        if lacking.empty:
            continue
        seeds = listing([str(seed) for seed in sorted(set(lacking["seed"]))])
        found = f"{len(lacking):,} of {counted(len(ended), 'trial')} lack {name}, of the seeds {seeds}"
        if name != metric.name:
            notes.append(f"{found}: it is not defined on their data.")
            continue
        named = [f"{arm} with seed {seed}" for arm, seed in zip(lacking["arm"], lacking["seed"], strict=True)]
        more = f" and {len(named) - MOST_NAMED:,} more" if len(named) > MOST_NAMED else ""
        notes.append(
            f"{found}, by which the sweep compares: it is not defined on their data, and they are not ranked by it "
            f"({'; '.join(named[:MOST_NAMED])}{more})."
        )
    return notes


def tracking_notes(tracked: WriterReport) -> list[str]:
    """Tell what MLflow lacks."""
    notes = []
    if tracked.error and not tracked.failed:
        notes.append(f"MLflow lacks a part of the sweep: {tracked.error}")
    elif tracked.error:
        notes.append(f"{tracked.failed:,} trials are not in MLflow: {tracked.error}")
    if tracked.artifacts_error:
        notes.append(
            f"MLflow has no files of the sweep, such as its report ({tracked.artifacts_error.rstrip('.')}); parameters "
            "and metrics do not depend on them. Mend the artifact store of the experiment or its credentials and run "
            "the same command, or give another `tracking.experiment`."
        )
    if tracked.models_error:
        notes.append(
            f"MLflow lacks models that the sweep has kept ({tracked.models_error.rstrip('.')}); the results folder has "
            "them. Mend the artifact store of the experiment or its credentials and run the same command."
        )
    if tracked.thinned:
        notes.append(
            f"{tracked.thinned:,} trials have more epochs than `tracking.points`: MLflow holds a part of their curves, "
            "epochs.parquet all of them."
        )
    return notes


def limit_notes(limit: str, trials: pd.DataFrame) -> list[str]:
    """Say at which limit a sweep has ended, and what it has not trained.

    Args:
        limit: key of the limit; empty for none.
        trials: one row per trial.
    """
    if not limit:
        return []
    cancelled = trials.loc[trials["status"] == "CANCELLED", "epochs_done"]
    cut, unbegun = int((cancelled > 0).sum()), int((cancelled == 0).sum())
    return [
        f"The sweep ended at `limits.{limit}`: {cut:,} trials were cut short and {unbegun:,} were not begun; "
        "raise the limit and run it again to train them."
    ]
