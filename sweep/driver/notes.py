"""Tells the user what happened in a sweep besides its results."""

from __future__ import annotations

from collections.abc import Sequence

from sweep.tracking import WriterReport


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
        notes += _tracking_notes(tracked)
    if unreported:
        notes.append(f"There is no report: {unreported}")
    return notes


def _tracking_notes(tracked: WriterReport) -> list[str]:
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
