"""Reads the trials of a sweep from the plan in its results folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweep.errors import ResultsError
from sweep.execution.sources.assignment import TRIALS
from sweep.results.frames import PLAN
from sweep.system.files import reported


@dataclass(frozen=True, kw_only=True)
class PlannedTrial:
    """A trial of a plan.

    Args:
        id: its id.
        arm_id: id of its arm.
        arm: label of its setting.
        setting: hyperparameter -> value, as the training receives it.
        seed: its seed.
        folder: where it leaves what it does not report; it need not exist.
    """

    id: str
    arm_id: str
    arm: str
    setting: Mapping[str, Any]
    seed: int
    folder: Path


def planned_trials(folder: Path) -> list[PlannedTrial]:
    """List the trials of a results folder, in the order of the plan.

    Raises:
        ResultsError: if the folder has no plan that can be read.
    """
    path = folder / PLAN
    with reported(folder):
        try:
            plan = json.loads(path.read_text(encoding="utf-8"))
            arms = {arm["id"]: arm for arm in plan["arms"]}
            return [
                PlannedTrial(
                    id=one["id"],
                    arm_id=one["arm"],
                    arm=arms[one["arm"]]["label"],
                    setting=arms[one["arm"]]["setting"],
                    seed=one["seed"],
                    # Earlier versions name no lineage, and kept nothing.
                    folder=folder / TRIALS / (one.get("lineage") or one["id"]),
                )
                for one in plan["trials"]
            ]
        except (ValueError, KeyError, TypeError) as error:
            raise ResultsError(
                f"`{path}` must be the plan of a sweep ({error}). Run the sweep again: it only writes it anew."
            ) from error


def trial_named(folder: Path, trial_id: str) -> PlannedTrial:
    """Find a trial of a results folder.

    Args:
        folder: results folder.
        trial_id: id of a trial, or its beginning.

    Raises:
        ResultsError: if the sweep has no such trial, or more than one.
    """
    found = [one for one in planned_trials(folder) if one.id.startswith(trial_id)]
    if len(found) != 1:
        many = f"{len(found)} trials begin with that" if found else f"`{folder}` has none"
        raise ResultsError(
            f"`--trial` must be the id of one trial. Received: {trial_id}; {many}. "
            f"Give one from `{folder / 'trials.parquet'}`, or leave it out."
        )
    return found[0]
