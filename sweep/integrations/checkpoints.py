"""Keeps one checkpoint of a framework in the trial's folder: the one that belongs to the kept report."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sweep.execution.sources.trial import Trial

PREFIX = "checkpoint-"
"""Begins the names of checkpoints in the trial's folder."""


def kept_checkpoint(trial: Trial) -> Path | None:
    """Return the checkpoint of the last report that was kept; None if the trial begins.

    Args:
        trial: the trial.
    """
    state = trial.restore()
    return None if state is None else trial.folder / state["checkpoint"]


def report_checkpoint(
    trial: Trial,
    metrics: Mapping[str, Any],
    checkpoint: Path | None,
    *,
    epoch: int | None = None,
    step: int | None = None,
    spared: Path | None = None,
) -> None:
    """Report to a trial, and remove all checkpoints but the one that is kept.

    Args:
        trial: the trial.
        metrics: metrics of the report.
        checkpoint: file or folder in the trial's folder that was written for this report; None for none.
        epoch: number of the epoch; counted when it is not given.
        step: number of steps so far.
        spared: another checkpoint that must stay.

    Raises:
        TrialStopped: when the trial is to stop.
        ReportError: if the report is refused.
    """
    if checkpoint is not None:
        trial.save({"checkpoint": checkpoint.name})
    try:
        trial.report(epoch=epoch, step=step, **metrics)
    finally:
        if checkpoint is not None:
            _remove_all_but(trial.folder, {kept_checkpoint(trial), spared})


def _remove_all_but(folder: Path, kept: set[Path | None]) -> None:
    for path in folder.glob(f"{PREFIX}*"):
        if path in kept:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
