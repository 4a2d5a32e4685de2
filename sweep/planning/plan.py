"""Creates the plan of a sweep: the list of all its trials, each with an id that is the same on every machine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from sweep.config import SweepConfig
from sweep.config.cross_checks import r2_problem, task_hint, task_problems
from sweep.config.holdout import holdout_of
from sweep.config.optimizer_spaces import given_at, is_dotted
from sweep.config.setting_keys import SETTING_KEYS
from sweep.config.spaces import HYPERPARAMETERS
from sweep.errors import DataError
from sweep.planning.identity import ArmIdentity, code_files, digest, identity_of, network_identity
from sweep.planning.metric_demand import MetricDemand, metric_demand
from sweep.planning.part_notes import fold_notes, part_notes
from sweep.planning.recipe import steps_per_epoch
from sweep.planning.roles import Design, make_design
from sweep.planning.search import asked_settings, meeting, require_listable, settings
from sweep.planning.space import Merge, auto_batch_size, merge_equal, summed
from sweep.planning.workload import DataFacts, configs_by_workload, data_key, undotted, workload_key
from sweep.records import Arm, Setting, Trial, TrialResult, Value
from trainers.data import DatasetShape, require_parts
from trainers.data.holdout import overlap_of
from trainers.errors import DataError as CannotSplit
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
        training_examples: size of the training part, of the first arm where it differs between them; 0 for a training
            of the user's own.
        choices: values that were chosen automatically, with the reasons.
        design: what is compared.
        report_seeds: seeds on which the best setting of each level is trained again; see `with_report`.
        identity: hash of everything in the file besides its space and seeds that determines a trial's numbers.
        code: files of the user's code; changing one of them changes the trial ids.
        identities: arm id -> what the ids of its trials are computed from.
        examples: arm id -> size of the training part, where it differs between the arms.
        demand: the metrics that every trial must have.
        overlap: validation examples per training example where the seeds are folds, which share data; else 0.
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
    identities: Mapping[str, ArmIdentity] = field(default_factory=dict)
    examples: Mapping[str, int] = field(default_factory=dict)
    demand: MetricDemand = field(default_factory=MetricDemand)
    overlap: float = 0.0

    def examples_of(self, arm: Arm) -> int:
        """Return the size of the training part of an arm; 0 for a training of the user's own."""
        return self.examples.get(arm.id, self.training_examples)

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
            arm.id: int(arm.setting["epochs"]) * steps_per_epoch(arm.setting, self.examples_of(arm))
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
            self.identities[arm.id].trial(arm, seed)
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


def make_plan(
    config: SweepConfig,
    shape: DatasetShape,
    data_fingerprint: str | None,
    others: Mapping[str, DataFacts] = MappingProxyType({}),
) -> Plan:
    """Create the plan of a sweep; the same configuration and data give the same plan on every machine.

    Args:
        config: configuration of the sweep.
        shape: shape of its data.
        data_fingerprint: hash of the data of a file or module; not used for bundled and synthetic data.
        others: the same of the data sets that dotted keys of the space name, by their `data_key`.

    Raises:
        ConfigError: if the metric does not suit the data, or there are more trials than `search.limit`.
        DataError: if the data cannot be split as asked.
        ValueError: if the data comes from a file or module and no fingerprint is given.
    """
    require_listable(config)
    configs = configs_by_workload(config)
    facts = {**others, data_key(config): DataFacts(shape, data_fingerprint)}
    facts_of = {key: facts[data_key(one)] for key, one in configs.items()}
    examples = {key: _training_examples(one, facts_of[key].shape) for key, one in configs.items()}
    asked = list(meeting(config, settings(config), lambda setting: examples[workload_key(setting)]))
    groups: defaultdict[int, list[Setting]] = defaultdict(list)
    for setting in asked:
        groups[examples[workload_key(setting)]].append(setting)
    merged_groups = [merge_equal(members, size) for size, members in groups.items()]
    distinct = [setting for kept, _ in merged_groups for setting in kept]
    choices = []
    if config.where:
        choices.append(f"where leaves {len(asked):,} of {asked_settings(config):,} settings")
    for size, members in groups.items():
        if any(setting["batch_size"] == "auto" for setting in members):
            chosen, why = auto_batch_size(size)
            choices.append(f"batch_size auto is {chosen}, {why}")
    choices.extend(cautions(distinct))
    shared = digest(identity_of(config, data_fingerprint))
    of_workload = {key: digest(identity_of(one, facts_of[key].fingerprint)) for key, one in configs.items()}
    arms: dict[str, Arm] = {}
    identities: dict[str, ArmIdentity] = {}
    epochs_vary = any("epochs" in space.domains for space in config.spaces)
    for setting, label in zip(distinct, labels(distinct), strict=True):
        workload, rest = of_workload[workload_key(setting)], undotted(setting)
        arm_id = digest({"sweep": workload, "setting": rest})[:12]
        arms.setdefault(arm_id, Arm(arm_id, label, setting))
        identities.setdefault(arm_id, network_identity(workload, rest, epochs_vary=epochs_vary))
    merged = [merge for _, merges in merged_groups for merge in merges]
    if same := len(distinct) - len(arms):
        merged.append(Merge("the content of the data is the same", same))
    for key, facts_here in facts_of.items():
        choices += part_notes(config, facts_here.shape, examples[key], groups[examples[key]])
    choices += fold_notes(config)
    design = make_design(config, tuple(arms.values()))
    seeds, report_seeds = config.selection_seeds, config.report_seeds
    trials = tuple(identities[arm.id].trial(arm, seed) for arm in arms.values() for seed in seeds)
    sizes = {arm.id: examples[workload_key(arm.setting)] for arm in arms.values()}
    return Plan(
        name=config.name,
        hash=plan_hash(config, shared, trials),
        asked=len(asked),
        merged=summed(merged),
        arms=tuple(arms.values()),
        seeds=seeds,
        trials=trials,
        training_examples=next(iter(sizes.values())),
        choices=tuple(dict.fromkeys(choices)),
        design=design,
        report_seeds=report_seeds,
        identity=shared,
        code=code_files(config),
        identities=identities,
        examples=sizes if len(set(sizes.values())) > 1 else {},
        demand=metric_demand(config),
        overlap=overlap_of(holdout_of(config.network_data.validation)),
    )


def plan_hash(config: SweepConfig, identity: str, trials: Sequence[Trial]) -> str:
    """Hash a plan: what its trials share, the trials in their order, and how those of the report are chosen."""
    content: dict[str, Any] = {"sweep": identity, "trials": [trial.id for trial in trials]}
    if seeds := config.report_seeds:
        content["report"] = {"seeds": seeds, "scientific": config.scientific, "metric": config.metric.name}
    return digest(content)


def _training_examples(config: SweepConfig, shape: DatasetShape) -> int:
    """Return the size of the training part, and check that the data suit the metric and can be split."""
    share = holdout_of(config.network_data.validation)
    of_task = [
        (problem, task_hint(config.network_data, shape.task)) for problem in task_problems(config.metric, shape.task)
    ]
    for problem, hint in (*of_task, (r2_problem(config.metric, shape, share), "")):
        if problem:
            key = f"metric.{problem.at[0]}"
            raise config.error(key, f"{problem.rule}. Received: {problem.received}. {hint}{problem.hint}")
    key = given_at(config.spaces, "data.validation")
    try:
        return require_parts(shape, share, key)
    except CannotSplit as error:
        raise DataError(f"{config.place_of(key)}{error}") from None


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
        for key in names if is_free else dict.fromkeys((*SETTING_KEYS, *filter(is_dotted, names), *setting)):
            if is_free or key in setting or key.startswith("decay_") or is_dotted(key):
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
    is_optimizers = key in OWN or (key not in SETTING_KEYS and not is_dotted(key))
    return key, setting["optimizer"] if is_optimizers else ""


def _spell(value: Value) -> str:
    if not isinstance(value, float):
        return str(value)
    short = f"{value:g}"
    return short if float(short) == value else repr(value)
