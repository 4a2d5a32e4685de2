"""Groups the trials of a plan into packs that can be trained together and keep all workers busy."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import numpy as np

from sweep.planning.cost import Rates
from sweep.planning.decision_points import DecisionPoints
from sweep.planning.memory import PACK_BYTES, pack_bytes
from sweep.planning.recipe import Recipe, batch_size_of, spec_of
from sweep.records import Setting, Trial
from trainers.data import Dataset, DatasetShape, training_size
from trainers.pack import Pack, TrialSpec

PACKS_PER_WORKER = 4
"""Several packs per worker balance the load despite errors of the cost model and machines of unequal speed."""

MOST_PACKS_PER_WORKER = 16
"""Many trials are split more finely: at the end of a sweep the other workers wait for the last pack."""

FULL_PACK = 128
"""Finer splitting keeps at least this many trials per pack; with fewer, a step costs more per trial."""

SHORTEST_PACK_SECONDS, LONG_PACK_SECONDS = 0.25, 2.0
"""Minimum training time of a pack, above Ray's dispatch overhead; finer splitting keeps a multiple of it."""


@dataclass(frozen=True)
class PlannedPack:
    """One pack as it is sent to a worker: without data, which the workers already have.

    Args:
        trials: trials of the plan.
        specs: the same trials in the form of the trainers; empty for a training of the user's own.
        batch_size: examples per step; None is the whole training part.
        epochs: passes over the training part.
        seconds: estimated training time on one worker.
        recipe: what the trials share; None for a training of the user's own.
        dataset: which of the sweep's data sets they are trained on.
        resumed_epoch: the epoch whose checkpoints the trials go on from; 0 from the beginning.
        known_epoch: the epoch up to which the event log has their reports, so that they may go on from a checkpoint
            that was written in training until then; 0 for none.
        decisions: where its trials wait for a scheduler; None for nowhere.
        part_size: what else than the other fields trials of one pack must share: the size of their training parts.
        settings: trial id -> the setting with which it goes on, where that is not the one that it began with.
    """

    trials: tuple[Trial, ...]
    specs: tuple[TrialSpec, ...]
    batch_size: int | None
    epochs: int
    seconds: float
    recipe: Recipe | None = None
    dataset: int = 0
    resumed_epoch: int = 0
    decisions: DecisionPoints | None = None
    part_size: int = 0
    known_epoch: int = 0
    settings: Mapping[str, Setting] = field(default_factory=dict)

    def setting_of(self, trial: Trial) -> Setting:
        """Return the setting with which a trial is trained."""
        return self.settings.get(trial.id, trial.arm.setting)

    def pack(self, recipe: Recipe, data: Dataset) -> Pack:
        """Create the pack that the trainers train."""
        return recipe.pack(data, self.specs, self.batch_size, self.epochs)

    def going_on(self, epoch: int) -> PlannedPack:
        """Return the pack of the same trials that go on from their checkpoints of an epoch, later than before."""
        if epoch == self.resumed_epoch:
            return self
        left = self.epochs - self.resumed_epoch
        seconds = self.seconds * (self.epochs - epoch) / left if left else self.seconds
        return replace(self, resumed_epoch=epoch, seconds=seconds, known_epoch=0)

    @property
    def kind(self) -> Hashable:
        """What trials share that could be trained in one pack, if they were of equal age."""
        return id(self.recipe), self.batch_size, self.epochs, self.dataset, self.part_size, self.decisions

    def only(self, chosen: Sequence[int]) -> PlannedPack:
        """Return the pack of some of its trials, given by their index."""
        return replace(
            self,
            trials=tuple(self.trials[index] for index in chosen),
            specs=tuple(self.specs[index] for index in chosen) if self.specs else (),
            settings={
                one.id: self.settings[one.id]
                for one in (self.trials[index] for index in chosen)
                if one.id in self.settings
            },
            seconds=self.seconds * len(chosen) / len(self.trials),
        )

    def given_to(self, trial: Trial, setting: Setting) -> PlannedPack:
        """Return the pack of another trial, which goes on in place of its only one with a setting of its own."""
        used = replace(trial, arm=replace(trial.arm, setting=setting))
        specs = (spec_of(used),) if self.specs else ()
        return replace(self, trials=(trial,), specs=specs, settings={trial.id: setting})

    def joined(self, others: Sequence[PlannedPack]) -> PlannedPack:
        """Return one pack of the trials of several of equal kind and age."""
        return replace(
            self,
            settings={trial: setting for pack in (self, *others) for trial, setting in pack.settings.items()},
            trials=tuple(trial for pack in (self, *others) for trial in pack.trials),
            specs=tuple(spec for pack in (self, *others) for spec in pack.specs),
            seconds=sum(pack.seconds for pack in (self, *others)),
        )


def form_packs(
    trials: Sequence[Trial],
    recipe: Recipe,
    rates: Rates,
    shape: DatasetShape,
    workers: int,
    room: int = PACK_BYTES,
    share: float | None = None,
    dataset: int = 0,
    *,
    by_setting: bool = False,
) -> list[PlannedPack]:
    """Group trials with the same recipe and data into packs, the longest first.

    Trials that share batch size and epochs can be fused; they are sorted by seed and optimizer, so that neighbours
    share batches and updates. Packs are about equally long, several per worker, and fit ``room`` bytes each.

    Args:
        trials: one or more trials.
        recipe: what they share.
        rates: measured cost.
        shape: shape of their data.
        workers: number of packs trained at once.
        room: maximum memory of a pack in bytes.
        share: seconds of training of each worker; None if these trials are all that it trains.
        dataset: which of the sweep's data sets they are trained on.
        by_setting: whether the seeds of a setting are neighbours, and not the settings of a seed.
    """
    examples = training_size(shape, recipe.validation)
    groups: dict[tuple[int | None, int], list[Trial]] = defaultdict(list)
    for trial in trials:
        groups[batch_size_of(trial.arm.setting), int(trial.arm.setting["epochs"])].append(trial)
    seconds = {trial.id: rates.trial_seconds(trial.arm.setting, examples) for trial in trials}
    overhead = {kind: rates.pack_seconds(members[0].arm.setting, examples) for kind, members in groups.items()}
    if share is None:
        share = total_seconds(trials, recipe, rates, shape) / workers
    portion = max(share / PACKS_PER_WORKER, SHORTEST_PACK_SECONDS)
    finer = max(share / MOST_PACKS_PER_WORKER, LONG_PACK_SECONDS)
    jobs = []
    for (batch_size, epochs), members in groups.items():
        members.sort(key=_by_setting if by_setting else _by_seed)
        fixed = overhead[batch_size, epochs]
        total = fixed + sum(seconds[trial.id] for trial in members)
        parts = max(round(total / portion), min(round(total / finer), len(members) // FULL_PACK), 1)
        # The overhead of the packs must not be most of the work.
        parts = min(parts, max(workers, int(total / fixed))) if fixed else parts
        units = _units(members, by_setting=by_setting)
        for chosen in _portions(units, parts, recipe, shape, room):
            cost = fixed + sum(seconds[trial.id] for trial in chosen)
            specs = tuple(map(spec_of, chosen))
            jobs.append(PlannedPack(chosen, specs, batch_size, epochs, cost, recipe=recipe, dataset=dataset))
    return sorted(jobs, key=lambda job: -job.seconds)


def seed_turns(trials: Sequence[Trial], factor: str | None) -> dict[str, int]:
    """Return when each trial should begin, for a rule that compares the seeds of a setting with those of another.

    The first setting of each level comes first, with all its seeds; then the others, one seed after another.

    Args:
        trials: in the order of the plan.
        factor: the compared hyperparameter, by which settings are in levels; None for none.
    """
    first: dict[object, str] = {}
    for trial in trials:
        first.setdefault(trial.arm.setting.get(factor or ""), trial.arm.id)
    place = {seed: turn for turn, seed in enumerate(dict.fromkeys(trial.seed for trial in trials), start=1)}
    return {trial.id: 0 if trial.arm.id in first.values() else place[trial.seed] for trial in trials}


def _by_seed(trial: Trial) -> tuple[object, ...]:
    return trial.seed, str(trial.arm.setting["optimizer"]), trial.id


def _by_setting(trial: Trial) -> tuple[object, ...]:
    return str(trial.arm.setting["optimizer"]), trial.arm.id, trial.seed


def total_seconds(trials: Sequence[Trial], recipe: Recipe, rates: Rates, shape: DatasetShape) -> float:
    """Estimate the training time of trials with the same recipe and data, with the overhead of a pack of each kind."""
    examples = training_size(shape, recipe.validation)
    kinds = {(trial.arm.setting["batch_size"], trial.arm.setting["epochs"]): trial for trial in trials}
    overhead = sum(rates.pack_seconds(trial.arm.setting, examples) for trial in kinds.values())
    return overhead + sum(rates.trial_seconds(trial.arm.setting, examples) for trial in trials)


def _units(members: Sequence[Trial], *, by_setting: bool) -> list[tuple[Trial, ...]]:
    """Return what is not split: each trial, or the seeds of each setting, which a scheduler decides on together."""
    if not by_setting:
        return [(trial,) for trial in members]
    return [tuple(seeds) for _, seeds in groupby(members, key=lambda trial: trial.arm.id)]


def _portions(
    units: Sequence[tuple[Trial, ...]], parts: int, recipe: Recipe, shape: DatasetShape, room: int
) -> list[tuple[Trial, ...]]:
    """Split into ``parts`` portions whose sizes differ by at most one unit, or more until each fits ``room`` bytes.

    Units are split only if one of them does not fit.
    """
    while True:
        cuts = np.array_split(np.arange(len(units)), min(len(units), parts))
        portions = [tuple(trial for row in rows for trial in units[row]) for rows in cuts]
        largest = max(pack_bytes(portion, recipe, shape) for portion in portions)
        most = len(portions[0])
        if largest <= room or most == 1:
            return portions
        if len(cuts) == len(units):
            units = [(trial,) for unit in units for trial in unit]
        # Fixed memory such as the data does not shrink with the pack, so that several iterations may be needed.
        parts = math.ceil(sum(map(len, units)) / max(1, min(most - 1, most * room // largest)))
