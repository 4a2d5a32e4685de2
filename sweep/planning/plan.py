"""Creates the plan of a sweep: the list of all its trials, each with an id that is the same on every machine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from sweep.config import SweepConfig
from sweep.config.distributions import Distribution
from sweep.config.holdout import holdout_of
from sweep.planning.arm_labels import labels
from sweep.planning.identity import ArmIdentity, MadeArm, code_files, digest
from sweep.planning.metric_demand import MetricDemand, metric_demand
from sweep.planning.network_arms import NetworkArms
from sweep.planning.part_notes import fold_notes, part_notes
from sweep.planning.recipe import steps_per_epoch
from sweep.planning.roles import Design, count_budgets, make_design
from sweep.planning.search import asked_settings, meeting, require_listable, settings
from sweep.planning.search.search import Search
from sweep.planning.space import Merge, auto_batch_size, merge_equal, summed
from sweep.planning.workload import DataFacts, configs_by_workload, data_key, workload_key
from sweep.records import Arm, Setting, Trial, TrialResult, Value
from trainers.data import DatasetShape
from trainers.data.holdout import overlap_of
from trainers.optimizers import OPTIMIZERS

__all__ = ["Merge", "Plan", "make_plan"]


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
        pending: level -> number of settings that a search still proposes, by the results of those before.
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
    pending: Mapping[Value | None, int] = field(default_factory=dict)

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

    @property
    def expected_trials(self) -> int:
        """Number of trials without those of the report, with those whose settings are still to be proposed."""
        return len(self.trials) + sum(self.pending.values()) * len(self.seeds)

    def with_arms(self, made: Sequence[MadeArm], pending: Mapping[Value | None, int]) -> Plan:
        """Return the plan extended by arms that a search has proposed; name and hash are unchanged.

        Args:
            made: the arms, none of which the plan has.
            pending: as for `Plan`, after these.
        """
        arms = (*self.arms, *(one.arm for one in made))
        sizes = {arm.id: self.examples_of(arm) for arm in self.arms} | {one.arm.id: one.examples for one in made}
        return replace(
            self,
            arms=arms,
            trials=(*self.trials, *(one.identity.trial(one.arm, seed) for one in made for seed in self.seeds)),
            identities={**self.identities, **{one.arm.id: one.identity for one in made}},
            examples=sizes if len(set(sizes.values())) > 1 else {},
            design=count_budgets(self.design, arms),
            pending=pending,
        )

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

    Of a search that learns from results, it holds the settings that come before there are any.

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
    facts = {**others, data_key(config): DataFacts(shape, data_fingerprint)}
    arms_of = NetworkArms(config, facts)
    if config.search.is_grid:
        return plan_networks(config, arms_of)
    search = Search(config, arms_of.accept, arms_of.examples_of)
    return replace(plan_networks(config, arms_of, search.first()), pending=search.pending)


def plan_networks(config: SweepConfig, arms_of: NetworkArms, proposed: Sequence[Setting] | None = None) -> Plan:
    """Create the plan of a sweep over our networks.

    Args:
        config: configuration of the sweep.
        arms_of: makes its arms.
        proposed: the canonical settings of a search, each once; None for all combinations.

    Raises:
        ConfigError: as for `make_plan`.
    """
    require_listable(config)
    configs = configs_by_workload(config)
    if proposed is None:
        examples = {key: arms_of.workload(key, one).examples for key, one in configs.items()}
        asked = list(meeting(config, settings(config), lambda setting: examples[workload_key(setting)]))
    else:
        asked = list(proposed)
    groups: defaultdict[int, list[Setting]] = defaultdict(list)
    for setting in asked:
        groups[arms_of.examples_of(setting)].append(setting)
    merged: list[Merge] = []
    if proposed is None:
        merged_groups = [merge_equal(members, size) for size, members in groups.items()]
        distinct = [setting for kept, _ in merged_groups for setting in kept]
        merged += [merge for _, merges in merged_groups for merge in merges]
        named = labels(distinct)
    else:
        distinct, named = asked, [arms_of.label_of(setting) for setting in asked]
    choices = []
    if config.where and proposed is None:
        choices.append(f"where leaves {len(asked):,} of {asked_settings(config):,} settings")
    choices += _batch_sizes(config, groups, is_listed=proposed is None)
    choices.extend(cautions(distinct))
    arms: dict[str, Arm] = {}
    identities: dict[str, ArmIdentity] = {}
    for setting, label in zip(distinct, named, strict=True):
        made = arms_of.made(setting, label)
        arms.setdefault(made.arm.id, made.arm)
        identities.setdefault(made.arm.id, made.identity)
    if same := len(distinct) - len(arms):
        merged.append(Merge("the content of the data is the same", same))
    for workload in arms_of.workloads:
        of_size = groups[workload.examples]
        choices += part_notes(config, workload.facts.shape, workload.examples, of_size)
    choices += fold_notes(config)
    design = make_design(config, tuple(arms.values()))
    seeds, report_seeds = config.selection_seeds, config.report_seeds
    trials = tuple(identities[arm.id].trial(arm, seed) for arm in arms.values() for seed in seeds)
    sizes = {arm.id: arms_of.examples_of(arm.setting) for arm in arms.values()}
    return Plan(
        name=config.name,
        hash=plan_hash(config, arms_of.shared, trials),
        asked=len(asked),
        merged=summed(merged),
        arms=tuple(arms.values()),
        seeds=seeds,
        trials=trials,
        training_examples=next(iter(sizes.values())),
        choices=tuple(dict.fromkeys(choices)),
        design=design,
        report_seeds=report_seeds,
        identity=arms_of.shared,
        code=code_files(config),
        identities=identities,
        examples=sizes if len(set(sizes.values())) > 1 else {},
        demand=metric_demand(config),
        overlap=overlap_of(holdout_of(config.network_data.validation)),
    )


def _batch_sizes(config: SweepConfig, groups: Mapping[int, Sequence[Setting]], *, is_listed: bool) -> Iterable[str]:
    """Say which number stands for a batch size of auto."""
    for size, members in groups.items():
        is_asked = any(setting["batch_size"] == "auto" for setting in members)
        if not is_listed:
            # Of a search, the settings are in their canonical form already.
            domains = [space.domains.get("batch_size", ()) for space in config.spaces]
            is_asked = any(not isinstance(domain, Distribution) and "auto" in domain for domain in domains)
        if is_asked:
            chosen, why = auto_batch_size(size)
            yield f"batch_size auto is {chosen}, {why}"


def plan_hash(config: SweepConfig, identity: str, trials: Sequence[Trial]) -> str:
    """Hash a plan: what its trials share, the trials in their order, and how those of the report are chosen."""
    content: dict[str, Any] = {"sweep": identity, "trials": [trial.id for trial in trials]}
    if not config.search.is_grid:
        # What a method proposes by results is not known yet.
        content["search"] = config.search.model_dump(mode="json", exclude_none=True)
    if seeds := config.report_seeds:
        content["report"] = {"seeds": seeds, "scientific": config.scientific, "metric": config.metric.name}
    return digest(content)


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
