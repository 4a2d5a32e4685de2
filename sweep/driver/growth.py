"""Takes over what earlier sweeps have trained, and lets trials go on from what was kept of them."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from sweep.driver.own_preparation import OwnPreparation
from sweep.driver.prepare import Preparation
from sweep.errors import ResultsError
from sweep.execution.sources.assignment import CHECKPOINT, IS_CHANGED, TRIALS
from sweep.execution.sources.state import read_facts
from sweep.records import Setting, Trial, TrialResult, plain
from sweep.results import ResultsFolder
from sweep.results.frames import read_settings
from sweep.results.known_trials import TAKEN_TAG, find_finished, trial_folders
from sweep.results.remote_sync import local_root
from trainers.schedules import RULES


@dataclass(frozen=True)
class Continued:
    """Trials that go on from a checkpoint.

    Args:
        resumed: trial id -> the epoch after which it goes on.
        refused: number of trials that could go on from fewer epochs, if the training were known to allow that.
    """

    resumed: dict[str, int]
    refused: int = 0


def take_over(root: str, folder: ResultsFolder, trials: Sequence[Trial]) -> list[str]:
    """Add finished trials of other results folders of the same root to this one.

    Args:
        root: folder or URL of all results.
        folder: results folder of the sweep.
        trials: the trials that this folder lacks.

    Returns:
        A note for the user for each folder that trials were taken from.
    """
    found = taken(root, folder, trials)
    counts = Counter(result.tags[TAKEN_TAG] for result in found)
    return [f"{count:,} trials were taken from `{name}` and were not trained again." for name, count in counts.items()]


def taken(root: str, folder: ResultsFolder, trials: Sequence[Trial]) -> list[TrialResult]:
    """Add finished trials of other results folders as `take_over` does, and return their results."""
    found = find_finished(local_root(root), folder.path, trials, folder.plan.demand)
    folder.append(found)
    for result in found:
        _bring_files(root, folder, result)
    return found


def continue_trials(
    preparation: Preparation, folder: ResultsFolder, trials: Sequence[Trial]
) -> tuple[Preparation, list[str]]:
    """Let trials go on from their checkpoints, where they may; returns what to train, and notes for the user."""
    if preparation.plan.demand.is_population:
        # They go on together, from where they have paused; see `sweep.driver.populations`.
        return preparation, []
    own = preparation.config.own
    # Of our networks, a lineage is shared only by trials whose first epochs do not depend on how many follow.
    found = find_continued(
        preparation.config.results, folder, trials, _epochs_of(preparation), is_extendable=own is None or own.extendable
    )
    notes = []
    if found.resumed:
        epochs = sorted(set(found.resumed.values()))
        after = f"epoch {epochs[0]}" if len(epochs) == 1 else f"epochs {epochs[0]} to {epochs[-1]}"
        notes.append(f"{len(found.resumed):,} trials went on from what was kept after {after}.")
    if found.refused:
        notes.append(
            f"{found.refused:,} trials started over: their first epochs may depend on how many follow. Give "
            "`trainer.extendable: true` where they do not."
        )
    if isinstance(preparation, OwnPreparation):
        resuming = replace(preparation.training, resumed=frozenset(found.resumed))
        return replace(preparation, training=resuming), notes
    return replace(preparation, resumed=found.resumed), notes


def earlier_settings(folder: ResultsFolder) -> Collection[Setting]:
    """Return the settings of the configuration that was run last; none if there is none, or its plan is damaged."""
    try:
        return tuple(read_settings(folder.path).values())
    except ResultsError:
        return ()


def restarted_notes(earlier: Collection[Setting], trials: Sequence[Trial]) -> list[str]:
    """Say which trials of our networks start over because their schedule depends on the number of epochs.

    Args:
        earlier: settings that the results folder held before.
        trials: the trials that are to be trained.
    """
    known = {_without_epochs(setting) for setting in earlier}
    restarted = [trial for trial in trials if trial.lineage == trial.id and _without_epochs(trial.arm.setting) in known]
    kinds = {str(trial.arm.setting.get("decay")) for trial in restarted}
    dependent = sorted(kind for kind in kinds if kind in RULES and RULES[kind].needs_total)
    count = sum(trial.arm.setting.get("decay") in dependent for trial in restarted)
    if not count:
        return []
    named = " and ".join(dependent)
    return [f"{count:,} trials started over: with {named} decay, the first epochs depend on how many follow."]


def _without_epochs(setting: Setting) -> str:
    return repr(sorted((name, value) for name, value in plain(setting).items() if name != "epochs"))


def _epochs_of(preparation: Preparation) -> Callable[[Trial], int | None]:
    """Return a function that says how many epochs a trial is to have."""
    usual = preparation.training.epochs if isinstance(preparation, OwnPreparation) else None

    def epochs(trial: Trial) -> int | None:
        asked = trial.arm.setting.get("epochs", usual)
        return None if asked is None else int(asked)

    return epochs


def _bring_files(root: str, folder: ResultsFolder, result: TrialResult) -> None:
    """Copy what was kept of a trial besides its metrics."""
    lineage = result.trial.lineage
    source = local_root(root) / result.tags[TAKEN_TAG] / TRIALS / lineage
    target = folder.path / TRIALS / lineage
    if source.is_dir() and not target.exists():
        shutil.copytree(source, target)


def find_continued(
    root: str,
    folder: ResultsFolder,
    trials: Sequence[Trial],
    epochs_of: Callable[[Trial], int | None],
    *,
    is_extendable: bool,
) -> Continued:
    """Find the trials that can go on from a checkpoint, and bring their folders here.

    Args:
        root: folder or URL of all results.
        folder: results folder of the sweep.
        trials: the trials that are to be trained.
        epochs_of: number of epochs that a trial is to have; None if the training has no such number.
        is_extendable: whether a trial may go on from one of fewer epochs.
    """
    resumed: dict[str, int] = {}
    refused = 0
    folders = trial_folders(local_root(root), folder.path, CHECKPOINT)
    for trial in trials:
        kept = folders.get(trial.lineage)
        facts = None if kept is None else read_facts(kept / CHECKPOINT)
        epochs = epochs_of(trial)
        if kept is None or facts is None or (epochs is not None and facts["epoch"] >= epochs):
            continue
        if facts.get(IS_CHANGED):
            continue
        if facts["trial_id"] != trial.id and not is_extendable:
            refused += 1
            continue
        here = folder.path / TRIALS / trial.lineage
        if kept != here:
            shutil.copytree(kept, here, dirs_exist_ok=True)
        resumed[trial.id] = int(facts["epoch"])
    return Continued(resumed, refused)
