"""Creates the plan of a sweep: the list of all its trials, each with an id that is the same on every machine."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sweep.config import SweepConfig
from sweep.config.cross_checks import r2_problem, task_problem
from sweep.config.data import FileData, ModuleData
from sweep.config.network import ModuleNetwork
from sweep.config.setting_keys import SETTING_KEYS
from sweep.config.spaces import HYPERPARAMETERS
from sweep.errors import DataError
from sweep.planning.recipe import steps_per_epoch
from sweep.planning.roles import Design, make_design
from sweep.planning.search import asked_settings, meeting, require_listable, settings
from sweep.planning.space import Merge, auto_batch_size, merge_equal
from sweep.records import Arm, Setting, Trial, TrialResult, Value, plain
from trainers.data import DatasetShape, require_parts
from trainers.errors import DataError as CannotSplit
from trainers.imports import source_digest, source_files
from trainers.optimizers import OPTIMIZERS

__all__ = ["Merge", "Plan", "make_plan"]

OWN = frozenset(HYPERPARAMETERS) - {"learning_rate"}
"""Hyperparameters that some optimizers lack; they are compared among the arms of one optimizer."""


@dataclass(frozen=True)
class Plan:
    """All trials of a sweep, each exactly once.

    Args:
        name: the sweep's name.
        hash: 64 hex digits over all trials in their order; the same for the same work.
        asked: number of requested settings, before merging.
        merged: reasons why some of them are not trained.
        arms: the distinct settings.
        seeds: the seeds that each arm is trained with.
        trials: arms x seeds, with the seeds of an arm consecutive.
        training_examples: size of the training part; 0 for a training of the user's own.
        choices: values that were chosen automatically, with the reasons.
        design: what is compared.
        report_seeds: seeds on which the best setting of each level is trained again; see `with_report`.
        identity: hash of everything besides setting and seed that determines a trial's numbers.
        code: files of the user's code; changing one of them changes the trial ids.
        fixed: what the ids of all trials depend on besides the identity, but not their lineage, such as the number of
            epochs of a user's own training.
    """

    name: str
    hash: str
    asked: int
    merged: tuple[Merge, ...]
    arms: tuple[Arm, ...]
    seeds: tuple[int, ...]
    trials: tuple[Trial, ...]
    training_examples: int
    choices: tuple[str, ...] = ()
    design: Design = field(default_factory=Design)
    report_seeds: tuple[int, ...] = ()
    identity: str = ""
    code: tuple[str, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)

    @property
    def folder_name(self) -> str:
        """Name of the results folder, which does not depend on the list of trials, so that a sweep can grow."""
        return f"{self.name}-{self.identity[:8]}"

    @property
    def sweep_id(self) -> str:
        """64 hex digits that identify the sweep while its list of trials grows."""
        return digest({"name": self.name, "sweep": self.identity})

    @property
    def optimizer_steps(self) -> int:
        """Number of weight updates in all listed trials, if none stops early; 0 for a training of the user's own."""
        if not self.training_examples:
            return 0
        steps = {
            arm.id: int(arm.setting["epochs"]) * steps_per_epoch(arm.setting, self.training_examples)
            for arm in self.arms
        }
        return sum(steps[trial.arm.id] for trial in self.trials)

    @property
    def report_trials(self) -> int:
        """Number of trials on the report seeds, once the best setting of each level is known."""
        return len(self.design.budgets) * len(self.report_seeds)

    def with_report(self, arm_ids: Collection[str]) -> Plan:
        """Return the plan extended by the trials of ``arm_ids`` on the report seeds; name and hash are unchanged."""
        more = [
            make_trial(self.identity, arm, seed, self.fixed)
            for arm in self.arms
            if arm.id in arm_ids
            for seed in self.report_seeds
        ]
        return replace(self, trials=(*self.trials, *more))

    def tagged(self, result: TrialResult) -> TrialResult:
        """Return the result, tagged with the phase of its trial if there are two phases."""
        if not self.report_seeds:
            return result
        purpose = "report" if result.trial.seed in self.report_seeds else "selection"
        return replace(result, tags={**result.tags, "purpose": purpose})


def make_plan(config: SweepConfig, shape: DatasetShape, data_fingerprint: str | None) -> Plan:
    """Create the plan of a sweep; the same configuration and data give the same plan on every machine.

    Args:
        config: configuration of the sweep.
        shape: shape of its data.
        data_fingerprint: hash of the data of a file or module; not used for bundled and synthetic data.

    Raises:
        ConfigError: if the metric does not suit the data, or there are more trials than `search.limit`.
        DataError: if the data cannot be split as asked.
        ValueError: if the data comes from a file or module and no fingerprint is given.
    """
    if problem := task_problem(config.metric, shape.task):
        raise config.error("metric.name", f"{problem.rule}. Received: {problem.received}. {problem.hint}")
    if problem := r2_problem(config.metric, shape, config.network_data.validation):
        raise config.error("metric.name", f"{problem.rule}. Received: {problem.received}. {problem.hint}")
    try:
        examples = require_parts(shape, config.network_data.validation, "data.validation")
    except CannotSplit as error:
        raise DataError(f"{config.place_of('data.validation')}{error}") from None
    require_listable(config)
    asked = list(meeting(config, settings(config), examples))
    distinct, merged = merge_equal(asked, examples)
    choices = []
    if config.where:
        choices.append(f"where leaves {len(asked):,} of {asked_settings(config):,} settings")
    if any(setting["batch_size"] == "auto" for setting in asked):
        size, why = auto_batch_size(examples)
        choices.append(f"batch_size auto is {size}, {why}")
    choices.extend(cautions(distinct))
    shared = digest(_identity(config, data_fingerprint))
    arms = tuple(
        Arm(digest({"sweep": shared, "setting": setting})[:12], label, setting)
        for setting, label in zip(distinct, labels(distinct), strict=True)
    )
    choices += _part_notes(config, shape, examples, asked)
    design = make_design(config, arms)
    seeds, report_seeds = config.selection_seeds, config.report_seeds
    trials = tuple(make_trial(shared, arm, seed, {}) for arm in arms for seed in seeds)
    content: dict[str, Any] = {"sweep": shared, "trials": [trial.id for trial in trials]}
    if report_seeds:
        content["report"] = {"seeds": report_seeds, "scientific": config.scientific, "metric": config.metric.name}
    return Plan(
        name=config.name,
        hash=digest(content),
        asked=len(asked),
        merged=tuple(merged),
        arms=arms,
        seeds=seeds,
        trials=trials,
        training_examples=examples,
        choices=tuple(choices),
        design=design,
        report_seeds=report_seeds,
        identity=shared,
        code=_code_files(config),
    )


def _part_notes(config: SweepConfig, shape: DatasetShape, examples: int, asked: Sequence[Setting]) -> list[str]:
    """Describe effects of the sizes of the training and validation parts, but not of the default batch size."""
    notes = []
    is_given = any("batch_size" in space.domains for space in config.spaces)
    sizes = {setting["batch_size"] for setting in asked} if is_given else set()
    if too_large := sorted(size for size in sizes if isinstance(size, int) and size > examples):
        named = ", ".join(map(str, too_large))
        notes.append(f"batch_size {named} is full, as there are only {examples:,} examples to train on")
    held_out, classes = shape.examples - examples, max(shape.outputs, 2)
    if shape.task != "regression" and held_out < classes:
        notes.append(f"the {held_out} examples to validate on are fewer than the {classes} classes: some have none")
    return notes


def cautions(settings: Sequence[Setting]) -> list[str]:
    """List warnings about risky settings, as declared by the optimizers' hyperparameters.

    >>> cautions([{"optimizer": "adam", "learning_rate": 0.1, "epsilon": 0.0}])[0][:40]
    'adam with epsilon 0 divides 0 by 0 at a '
    >>> cautions([{"optimizer": "adam", "learning_rate": 0.1, "epsilon": 1e-8}])
    []
    """
    return list(
        dict.fromkeys(
            f"{setting['optimizer']} with {declared.name} {declared.minimum:g} {declared.caution}. "
            f"Give such as {declared.default:g}"
            for setting in settings
            for declared in OPTIMIZERS[str(setting["optimizer"])].hyperparameters
            if declared.caution and setting.get(declared.name) == declared.minimum
        )
    )


def make_trial(identity: str, arm: Arm, seed: int, fixed: Mapping[str, Any]) -> Trial:
    """Create a trial; ``identity`` and ``fixed`` are as in `Plan`."""
    setting = plain(arm.setting)
    lineage = trial_id(identity, {"lineage": True, **setting}, seed)
    return Trial(trial_id(identity, {**fixed, **setting}, seed), arm, seed, lineage)


def trial_id(identity: str, setting: Setting, seed: int) -> str:
    """Compute the id of a trial: 12 hex digits that are the same on every machine.

    Args:
        identity: hash of everything besides setting and seed that determines its numbers.
        setting: canonical setting.
        seed: seed of its split, weights and batches.
    """
    return digest({"sweep": identity, "setting": setting, "seed": seed})[:12]


def labels(settings: Sequence[Setting], *, is_free: bool = False) -> list[str]:
    """Create a unique label for each setting from the hyperparameters that differ, named as in the tables.

    Args:
        settings: the settings.
        is_free: whether they are of a user's own training, so that nothing is known of their hyperparameters.

    >>> labels([{"optimizer": "sgd", "learning_rate": 0.1}, {"optimizer": "adam", "learning_rate": 0.001}])
    ['sgd learning_rate=0.1', 'adam learning_rate=0.001']
    """
    values: defaultdict[tuple[Any, str], set[Value | None]] = defaultdict(set)
    names = dict.fromkeys(key for setting in settings for key in setting)
    for setting in settings:
        for key in names if is_free else dict.fromkeys((*SETTING_KEYS, *setting)):
            if is_free or key in setting or key.startswith("decay_"):
                values["" if is_free else _scope(key, setting), key].add(setting.get(key))
    return [_label(setting, values, is_free=is_free) for setting in settings]


def _label(setting: Setting, values: Mapping[tuple[Any, str], set[Value | None]], *, is_free: bool) -> str:
    """Label a setting by the hyperparameters that have several values in their scope; by all if none has."""
    varied = {key for key in setting if len(values["" if is_free else _scope(key, setting), key]) > 1}
    first = [str(setting["optimizer"])] if "optimizer" in setting else []
    shown = [key for key in setting if key != "optimizer" and (key in varied or (is_free and not varied and not first))]
    return " ".join([*first, *(f"{key}={_spell(setting[key])}" for key in shown)]) or "no hyperparameters"


def _scope(key: str, setting: Setting) -> tuple[str, Value]:
    """Scope in which ``key`` is compared: settings of the same decay, of the same optimizer, or all."""
    if key.startswith("decay_"):
        return key, setting.get("decay", "constant")
    return key, setting["optimizer"] if key in OWN or key not in SETTING_KEYS else ""


def _spell(value: Value) -> str:
    if not isinstance(value, float):
        return str(value)
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def _identity(config: SweepConfig, data_fingerprint: str | None) -> dict[str, Any]:
    """Everything besides setting and seed that determines the numbers of a trial."""
    data = config.network_data.model_dump(mode="json")
    if isinstance(config.network_data, FileData | ModuleData):
        if data_fingerprint is None:
            raise ValueError("a plan over a file or module needs the fingerprint of its content")
        split = {key: data[key] for key in ("validation", "normalise")}
        data = {"fingerprint": data_fingerprint, **split}
    trainer = config.network_trainer.model_dump(mode="json", include={"backend", "dtype", "weight_decay"})
    if config.network_trainer.stop_at_target:
        # Other keys of the metric do not influence any number.
        metric = config.metric.model_dump(mode="json", include={"name", "mode"})
        trainer |= {"target": config.trainer.target, "metric": metric}
    identity = {"data": data, "network": config.network.model_dump(mode="json"), "trainer": trainer}
    own = code_digests(config)
    # Results of changed code must not be reused.
    return {**identity, "code": own} if own else identity


def code_digests(config: SweepConfig) -> dict[str, str]:
    """Return the digest of each user-defined object that influences a trial's numbers, as loaded here."""
    return {path: source_digest(path) for path in _own_code(config)}


def _own_code(config: SweepConfig) -> list[str]:
    """User-defined objects that influence a trial's numbers; data is identified by its content instead."""
    own = [space.optimizer for space in config.spaces if ":" in space.optimizer]
    if isinstance(config.network, ModuleNetwork):
        own.append(config.network.module)
    return own


def _code_files(config: SweepConfig) -> tuple[str, ...]:
    """The files of the user's code, relative to the working folder."""
    files = {file.resolve() for path in _own_code(config) for file in source_files(path).values()}
    here = Path.cwd().resolve()
    return tuple(sorted((file.relative_to(here) if file.is_relative_to(here) else file).as_posix() for file in files))


def digest(content: Any) -> str:
    """Hash JSON in its canonical form: keys sorted, and floats in their shortest spelling."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
