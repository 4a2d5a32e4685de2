"""Finds what the trials of a sweep have printed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from sweep.errors import ResultsError
from sweep.execution.sources.assignment import TRIALS
from sweep.execution.sources.output import LOG
from sweep.results.frames import PLAN
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
    with reported(folder):
        try:
            plan = json.loads((folder / PLAN).read_text(encoding="utf-8"))
            labels = {arm["id"]: arm["label"] for arm in plan["arms"]}
            return [
                TrialOutput(one["id"], labels[one["arm"]], one["seed"], folder / TRIALS / one.get("lineage", "") / LOG)
                for one in plan["trials"]
            ]
        except (ValueError, KeyError, TypeError) as error:
            raise ResultsError(
                f"`{folder / PLAN}` must be the plan of a sweep ({error}). Run the sweep again: it only writes it anew."
            ) from error


def output_of(folder: Path, trial_id: str) -> str:
    """Return what a trial has printed.

    Args:
        folder: results folder.
        trial_id: id of a trial, or its beginning.

    Raises:
        ResultsError: if the sweep has no such trial, or more than one, or the trial has not begun.
    """
    found = [one for one in trial_outputs(folder) if one.trial_id.startswith(trial_id)]
    if len(found) != 1:
        many = f"{len(found)} trials begin with that" if found else f"`{folder}` has none"
        raise ResultsError(
            f"`--trial` must be the id of one trial. Received: {trial_id}; {many}. "
            f"Give one from `{folder / 'trials.parquet'}`, or leave it out for a list."
        )
    path = found[0].path
    if not path.is_file():
        raise ResultsError(
            f"trial {found[0].trial_id} has no output. Received: a trial of our networks, which print nothing, or one "
            "that has not begun. Name another trial."
        )
    with reported(path):
        return path.read_text(encoding="utf-8", errors="replace")
