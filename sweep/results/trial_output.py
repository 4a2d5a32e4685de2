"""Finds what the trials of a sweep have printed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sweep.errors import ResultsError
from sweep.execution.sources.output import LOG
from sweep.results.planned_trials import planned_trials, trial_named
from sweep.system.files import reported


@dataclass(frozen=True)
class TrialOutput:
    """Where the output of a trial is.

    Args:
        trial_id: id of the trial.
        arm: label of its setting.
        seed: its seed.
        path: the file; it exists once the trial has begun.
    """

    trial_id: str
    arm: str
    seed: int
    path: Path


def trial_outputs(folder: Path) -> list[TrialOutput]:
    """List the output of all trials of a results folder, in the order of the plan.

    Raises:
        ResultsError: if the folder has no plan that can be read.
    """
    return [TrialOutput(one.id, one.arm, one.seed, one.folder / LOG) for one in planned_trials(folder)]


def output_of(folder: Path, trial_id: str) -> str:
    """Return what a trial has printed.

    Args:
        folder: results folder.
        trial_id: id of a trial, or its beginning.

    Raises:
        ResultsError: if the sweep has no such trial, or more than one, or the trial has not begun.
    """
    trial = trial_named(folder, trial_id)
    path = trial.folder / LOG
    if not path.is_file():
        raise ResultsError(
            f"trial {trial.id} has no output. Received: a trial of our networks, which print nothing, or one "
            "that has not begun. Name another trial."
        )
    with reported(path):
        return path.read_text(encoding="utf-8", errors="replace")
