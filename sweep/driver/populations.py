"""Lets the trials of a population take over from each other, and go on where an interrupted sweep has left them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from sweep.driver.prepare import NetworkPreparation, Preparation
from sweep.execution.sources.assignment import PAUSED, paused_file
from sweep.execution.sources.taking_over import take_over
from sweep.planning.cost import Rates
from sweep.planning.packing import PlannedPack
from sweep.records import Choice, Exploit, Setting, Trial, TrialResult
from sweep.results import ResultsFolder
from sweep.running.collecting import Collectors
from sweep.running.commands import TakeOver
from sweep.running.lineage import Lineage

COLUMN = "pbt/{}"
"""Metric of a changed hyperparameter in MLflow: its value in each epoch."""

LINEAGE_TAG = "pbt.lineage"
"""Tag of a trial that took over from others: when, from whom, and what changed."""


class Populations:
    """The lineage of the trials of a sweep, if its scheduler lets them take over from each other.

    Args:
        folder: results folder of the sweep, whose event log knows what was taken over before.
    """

    def __init__(self, folder: ResultsFolder) -> None:
        self._folder = folder
        self.is_used = folder.plan.demand.is_population
        self._lineage = Lineage.of(folder.log.read()[0]) if self.is_used else Lineage()

    def take_over(self, command: TakeOver, collectors: Collectors) -> None:
        """Copy the state of a donor to the trial that goes on from it."""
        trial, epoch = command.trial, command.epoch
        rows = [row for row in collectors.rows_of(trial.id) if row[0] <= epoch]
        take_over(self._folder.path, trial, command.donor, epoch, rows)
        self._lineage.add(command.exploit, epoch)

    def packs(
        self, preparation: Preparation, trials: Sequence[Trial], rates: Rates, workers: int
    ) -> Sequence[PlannedPack]:
        """Form packs, of trials that an earlier start has paused from their checkpoints."""
        ages = {trial.id: age for trial in trials if (age := self._age(trial))}
        if not ages:
            return preparation.packs(trials, rates, workers)
        settings = {trial.id: self._setting(trial) for trial in trials if trial.id in ages}
        used = [
            replace(trial, arm=replace(trial.arm, setting=settings.get(trial.id, trial.arm.setting)))
            for trial in trials
        ]
        if isinstance(preparation, NetworkPreparation):
            preparation = replace(preparation, resumed={**preparation.resumed, **ages})
        planned = {trial.id: trial for trial in trials}
        packs = []
        for pack in preparation.packs(used, rates, workers):
            members = tuple(planned[trial.id] for trial in pack.trials)
            changed = {
                one.id: settings[one.id]
                for one in members
                if one.id in settings and settings[one.id] != one.arm.setting
            }
            age = ages.get(members[0].id, 0)
            packs.append(replace(pack.going_on(age), trials=members, settings=changed))
        return packs

    def noted(self, result: TrialResult) -> TrialResult:
        """Return a result with what has changed on the way, as its MLflow run shows it."""
        return noted(result, self._lineage.exploits_of(result.trial.id))

    def _age(self, trial: Trial) -> int:
        """The epoch from which a trial goes on; 0 if there is no checkpoint of it."""
        age = self._lineage.age_of(trial.id) if self.is_used else 0
        return age if age and paused_file(self._folder.path / PAUSED, trial.id, age).is_file() else 0

    def _setting(self, trial: Trial) -> Setting:
        """The setting with which a trial goes on, with its lists and mappings, which the log holds as text."""
        arms = self._folder.plan.arms
        choices = {
            (name, str(value)): value
            for arm in arms
            for name, value in arm.setting.items()
            if isinstance(value, Choice)
        }
        return {name: choices.get((name, str(value)), value) for name, value in self._lineage.setting_of(trial).items()}


def all_noted(folder: ResultsFolder, results: Iterable[TrialResult]) -> list[TrialResult]:
    """Return results of an earlier start with what has changed on the way."""
    populations = Populations(folder)
    return [populations.noted(result) for result in results]


def noted(result: TrialResult, exploits: Sequence[Exploit]) -> TrialResult:
    """Add to a result the value of each changed hyperparameter in each epoch, and whose state was taken over when.

    Args:
        result: the result of a trial.
        exploits: what the trial took over, in order.
    """
    if not exploits:
        return result
    epochs = np.asarray(result.epochs["epoch"])
    place = np.searchsorted([one.at for one in exploits], epochs, side="left")
    settings = [exploits[0].before, *(one.setting for one in exploits)]
    names = dict.fromkeys(name for one in exploits for name, _, _ in one.changed)
    columns = {
        COLUMN.format(name): np.array([float(settings[index][name]) for index in place], dtype=np.float64)
        for name in names
        if all(isinstance(setting.get(name), int | float) for setting in settings)
    }
    told = "; ".join(spelled(one) for one in exploits)
    return replace(result, epochs={**result.epochs, **columns}, tags={**result.tags, LINEAGE_TAG: told})


def spelled(exploit: Exploit) -> str:
    """Say what a trial took over.

    >>> before, after = {"learning_rate": 0.1}, {"learning_rate": 0.12}
    >>> spelled(Exploit(trial_id="a", donor="b", at=4, before=before, setting=after))
    'after epoch 4 from b: learning_rate 0.1 -> 0.12'
    """
    changed = ", ".join(f"{name} {old} -> {new}" for name, old, new in exploit.changed)
    return f"after epoch {exploit.at} from {exploit.donor}{f': {changed}' if changed else ''}"
