"""Finds the trials of an interrupted sweep that go on from checkpoints which were written in training."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sweep.driver.own_preparation import OwnPreparation
from sweep.driver.prepare import Preparation
from sweep.execution.sources.checkpoint_files import CHECKPOINTS, CheckpointFile, find_files
from sweep.planning.cost import Rates
from sweep.planning.decision_points import DecisionPoints
from sweep.planning.packing import PlannedPack
from sweep.planning.plan import Plan
from sweep.records import Trial
from sweep.results import ResultsFolder
from sweep.running.replay import known_rows
from sweep.running.reports import Rows, rows_until


@dataclass(frozen=True)
class GoingOn:
    """Trials that have begun in an earlier start of the sweep, and go on from a checkpoint.

    Args:
        epochs: trial id -> the epoch that it goes on from.
        rows: trial id -> its epochs until then, of which the event log has a record.
        unknown: ids of trials that have checkpoints, but none that they can go on from.
        damaged: files that were damaged, and are deleted.
    """

    epochs: Mapping[str, int] = field(default_factory=dict)
    rows: Mapping[str, list[Rows]] = field(default_factory=dict)
    unknown: Collection[str] = ()
    damaged: Sequence[Path] = ()

    def notes(self, plan: Plan, points: DecisionPoints | None) -> list[str]:
        """Return what the user is told, one sentence each; ``points`` as for `packs`, for the selection seeds."""
        found = [
            f"`{path}` is damaged; its trials go on from an earlier checkpoint, or start over." for path in self.damaged
        ]
        of_seed = {trial.id: points if trial.seed in plan.seeds else None for trial in plan.trials}
        begun = [trial for trial in plan.trials if self._goes_on(trial, of_seed[trial.id])]
        over = sum(trial.id in self.unknown or trial.id in self.epochs for trial in plan.trials) - len(begun)
        if over:
            found.append(f"{over:,} trials started over, without a checkpoint that they can go on from.")
        if begun:
            ages = sorted({self.epochs[trial.id] for trial in begun})
            after = f"epoch {ages[0]:,}" if len(ages) == 1 else f"epochs {ages[0]:,} to {ages[-1]:,}"
            found.append(f"{len(begun):,} trials went on from their checkpoints after {after}.")
        return found

    def packs(
        self,
        preparation: Preparation,
        trials: Sequence[Trial],
        rates: Rates,
        workers: int,
        points: DecisionPoints | None = None,
    ) -> list[PlannedPack]:
        """Form packs, those of the trials that go on first.

        Args:
            preparation: the sweep.
            trials: the trials to train.
            rates: measured cost.
            workers: number of packs trained at once.
            points: where a scheduler decides on them; a trial that has passed one starts over, since what is decided
                depends on the trials that were there then.
        """
        ages = {trial.id: self.epochs[trial.id] for trial in trials if self._goes_on(trial, points)}
        others = [trial for trial in trials if trial.id not in ages]
        begun = [trial for trial in trials if trial.id in ages]
        packs: list[PlannedPack] = []
        if isinstance(preparation, OwnPreparation):
            packs = [
                replace(one, known_epoch=ages[one.trials[0].id]) for one in preparation.packs(begun, rates, workers)
            ]
        elif begun:
            older = replace(preparation, resumed=ages)
            packs = [replace(one, known_epoch=one.resumed_epoch) for one in older.packs(begun, rates, workers)]
        return [*packs, *(preparation.packs(others, rates, workers) if others else ())]

    def _goes_on(self, trial: Trial, points: DecisionPoints | None) -> bool:
        epoch = self.epochs.get(trial.id)
        if epoch is None:
            return False
        return points is None or (points.counter == "epoch" and points.passed(0, epoch) is None)


def find_going_on(folder: ResultsFolder, preparation: Preparation, lacking: Collection[str] = ()) -> GoingOn:
    """Find the trials that go on from checkpoints which an earlier start has written, and drop those of ended trials.

    Args:
        folder: the results folder.
        preparation: the sweep, with the trials that go on from what was kept of them otherwise.
        lacking: ids of the trials that are trained again from their beginning, since they lack a metric.
    """
    if folder.plan.demand.is_population:
        # Its trials depend on each other, and go on from where they paused.
        return GoingOn()
    is_own = isinstance(preparation, OwnPreparation)
    kept = {} if isinstance(preparation, OwnPreparation) else preparation.resumed
    ended = {*folder.finished_trial_ids(), *lacking}
    files = [file for file in find_files(folder.path) if not _drop(file, ended)]
    if not files:
        return GoingOn()
    wanted = {trial_id for file in files for trial_id in file.trials} - frozenset(ended)
    rows = {} if is_own else known_rows(folder.log.read()[0], wanted)
    epochs: dict[str, int] = {}
    damaged = []
    for file in files:
        if not file.is_whole:
            damaged.append(file.path)
            file.path.unlink(missing_ok=True)
            continue
        for trial_id in wanted.intersection(file.trials).difference(epochs):
            is_known = is_own or bool(rows_until(rows.get(trial_id, ()), file.epoch))
            if is_known and file.epoch > kept.get(trial_id, 0):
                epochs[trial_id] = file.epoch
    known = {trial_id: rows[trial_id] for trial_id in epochs if trial_id in rows}
    return GoingOn(epochs, known, wanted.difference(epochs, kept), damaged)


def drop_ended(results: Path, ended: Collection[str]) -> None:
    """Delete the checkpoints whose trials have all ended."""
    for file in find_files(results):
        _drop(file, ended)
    # Where others are left, the folder stays.
    with contextlib.suppress(OSError):
        (results / CHECKPOINTS).rmdir()


def _drop(file: CheckpointFile, ended: Collection[str]) -> bool:
    trials = file.trials
    if not trials or not set(trials).issubset(ended):
        return False
    file.path.unlink(missing_ok=True)
    return True
