"""Chooses the ids of trials' runs, so that two processes that write the same sweep write one run of each trial."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sweep.tracking.trial_runs import TrialRun

TRIALS = uuid.UUID("6f0d3c9a-54c7-4b0e-9a0e-0c8d2f6b7e11")
"""Namespace of the run ids, as `uuid.uuid5` takes one; any constant would do."""


@dataclass(frozen=True)
class ChosenIds:
    """Run ids of trials, of which another process may have written some.

    Args:
        free: trial id -> id of the run to write.
        written: trial id -> id of its run, which was written before with the same outcome.
        outdated: ids of the runs to delete.
    """

    free: Mapping[str, str]
    written: Mapping[str, str]
    outdated: Sequence[str]


def run_id_of(parent_run_id: str, trial_id: str, number: int = 0) -> str:
    """Return the run id of a trial of a sweep, in MLflow's format: the same, whichever process writes it.

    Args:
        parent_run_id: id of the sweep's run.
        trial_id: id of the trial.
        number: how many of the trial's runs were deleted before.

    >>> run_id_of("a", "b") == run_id_of("a", "b", 0) != run_id_of("a", "b", 1)
    True
    """
    return uuid.uuid5(TRIALS, f"{parent_run_id}/{trial_id}/{number}").hex


def choose_run_ids(
    runs: Iterable[TrialRun],
    parent_run_id: str,
    replaced: Mapping[str, str],
    look_up: Callable[[Sequence[str]], Mapping[str, str | None]],
) -> ChosenIds:
    """Choose the run ids of trials; to be called in the transaction that writes the runs.

    Args:
        runs: the runs to write.
        parent_run_id: id of the sweep's run.
        replaced: trial id -> id of its run that is to be deleted.
        look_up: from run ids to those that exist, each with its outcome, or None if it is deleted.
    """
    waiting = {run.trial_id: run.outcome for run in runs}
    outdated = [replaced[trial] for trial in waiting if trial in replaced]
    free: dict[str, str] = {}
    written: dict[str, str] = {}
    number = 0
    while waiting:
        ids = {trial: run_id_of(parent_run_id, trial, number) for trial in waiting}
        known = look_up(list(ids.values()))
        for trial, run_id in ids.items():
            if run_id not in known:
                free[trial] = run_id
            elif known[run_id] == waiting[trial] and run_id not in outdated:
                written[trial] = run_id
            elif known[run_id] is not None:
                outdated.append(run_id)
        waiting = {trial: outcome for trial, outcome in waiting.items() if trial not in free and trial not in written}
        number += 1
    return ChosenIds(free, written, tuple(dict.fromkeys(outdated)))
