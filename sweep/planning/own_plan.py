"""Creates the plan of a sweep over a user's own training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

from sweep.config import SweepConfig
from sweep.config.distributions import Distribution
from sweep.config.free_space import FreeSpace
from sweep.config.own_training import CommandTrainer, FunctionTrainer
from sweep.planning.arm_labels import label_of, labels, varied_in
from sweep.planning.identity import ArmIdentity, MadeArm, canonical, digest, relative_paths
from sweep.planning.metric_demand import MetricDemand, is_population, scheduler_name
from sweep.planning.own_training import code_of
from sweep.planning.plan import Merge, Plan, plan_hash
from sweep.planning.roles import make_design
from sweep.planning.search.conditions import meeting, meets
from sweep.planning.search.search import Search
from sweep.planning.search.size import require_listable
from sweep.records import Arm, Setting, plain


class OwnArms:
    """Makes arms from the settings of a user's own training, of which nothing but their values is known.

    Args:
        config: configuration of the sweep.
    """

    def __init__(self, config: SweepConfig) -> None:
        self._config = config
        self._conditions = config.conditions
        self.files = code_of(config)
        self.shared = digest(_identity(config, self.files))
        """Hash of what all trials share."""
        own = config.own
        assert own is not None, "the caller has checked the source"
        self._epochs = {"epochs": own.epochs} if own.epochs is not None else {}
        assert isinstance(config.space, FreeSpace), "the caller has checked the source"
        self._varied = varied_in(config.space.parts)

    def examples_of(self, setting: Setting) -> int:
        """The size of the training part is not known."""
        return 0

    def accept(self, setting: Setting) -> Setting | None:
        """Return the setting; None if it does not meet the conditions."""
        if self._conditions and not meets(self._config, self._conditions, setting):
            return None
        return setting

    def label_of(self, setting: Setting) -> str:
        """Return a label of a setting of a search that stays the same, whatever other settings are proposed."""
        return label_of(setting, self._varied or frozenset(setting))

    def made(self, setting: Setting, label: str) -> MadeArm:
        """Make the arm of a setting."""
        arm = Arm(digest({"sweep": self.shared, "setting": plain(setting)})[:12], label, setting)
        identity = ArmIdentity(
            self.shared,
            canonical({**self._epochs, **plain(setting)}),
            canonical({"lineage": True, **plain(setting)}),
        )
        return MadeArm(arm, identity)


def make_own_plan(config: SweepConfig) -> Plan:
    """Create the plan of a sweep over a user's own function or command.

    Settings are equal only if they are the same: what a training does with its values is not known.

    Args:
        config: configuration of the sweep.

    Raises:
        ConfigError: if there are more trials than `search.limit`, or no setting meets the conditions.
    """
    arms_of = OwnArms(config)
    if config.search.is_grid:
        return plan_own(config, arms_of)
    search = Search(config, arms_of.accept, arms_of.examples_of)
    return replace(plan_own(config, arms_of, search.first()), pending=search.pending)


def plan_own(config: SweepConfig, arms_of: OwnArms, proposed: Sequence[Setting] | None = None) -> Plan:
    """Create the plan of a sweep over a user's own training.

    Args:
        config: configuration of the sweep.
        arms_of: makes its arms.
        proposed: the settings of a search, each once; None for all combinations.

    Raises:
        ConfigError: as for `make_own_plan`.
    """
    require_listable(config)
    requested = list(settings(config) if proposed is None else proposed)
    asked = list(meeting(config, requested)) if proposed is None else requested
    by_digest: dict[str, Setting] = {}
    for setting in asked:
        # The order of keys does not matter.
        by_digest.setdefault(digest(plain(setting)), setting)
    distinct = list(by_digest.values())
    repeated = len(asked) - len(distinct)
    merged = (Merge("a value is listed twice", repeated),) if repeated else ()
    choices = []
    if config.where and proposed is None:
        choices.append(f"where leaves {len(asked):,} of {len(requested):,} settings")
    if config.by_value is not None and config.by_value.note:
        choices.append(config.by_value.note)
    named = labels(distinct, is_free=True) if proposed is None else map(arms_of.label_of, distinct)
    made = [arms_of.made(setting, label) for setting, label in zip(distinct, named, strict=True)]
    arms = tuple(one.arm for one in made)
    seeds = config.selection_seeds
    trials = tuple(one.identity.trial(one.arm, seed) for one in made for seed in seeds)
    return Plan(
        name=config.name,
        hash=plan_hash(config, arms_of.shared, trials),
        asked=len(asked),
        merged=merged,
        arms=arms,
        seeds=seeds,
        trials=trials,
        training_examples=0,
        choices=tuple(choices),
        design=make_design(config, arms),
        report_seeds=config.report_seeds,
        identity=arms_of.shared,
        code=relative_paths(map(Path, arms_of.files)),
        identities={one.arm.id: one.identity for one in made},
        demand=MetricDemand(scheduler=scheduler_name(config), is_population=is_population(config)),
    )


def settings(config: SweepConfig) -> Sequence[Setting]:
    """List the settings of a space of free hyperparameters, one part of a union after the other."""
    assert isinstance(config.space, FreeSpace), "the caller has checked the source"
    found: list[Setting] = []
    for part in config.space.parts:
        choices = [domain for domain in part.values() if not isinstance(domain, Distribution)]
        found += [dict(zip(part, values, strict=True)) for values in product(*choices)]
    return found


def _identity(config: SweepConfig, files: Mapping[str, str]) -> dict[str, Any]:
    """Everything besides setting, seed and number of epochs that determines the numbers of a trial."""
    own = config.own
    code = sorted(files.values()) if config.by_value is None else config.by_value.identity
    identity: dict[str, Any] = {"code": code}
    if isinstance(own, CommandTrainer):
        identity["command"] = list(own.command)
    elif isinstance(own, FunctionTrainer):
        identity["function"] = own.function
    if own is not None and own.stop_at_target:
        identity["stop"] = {"target": own.target, "metric": config.metric.name, "mode": config.metric.mode}
    return identity
