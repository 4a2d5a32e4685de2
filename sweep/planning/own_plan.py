"""Creates the plan of a sweep over a user's own training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from sweep.config import SweepConfig
from sweep.config.free_space import FreeSpace
from sweep.config.own_training import CommandTrainer, FunctionTrainer
from sweep.config.values import Distribution
from sweep.planning.identity import ArmIdentity, canonical, digest, relative_paths
from sweep.planning.metric_demand import MetricDemand, scheduler_name
from sweep.planning.own_training import code_of
from sweep.planning.plan import Merge, Plan, labels, plan_hash
from sweep.planning.roles import make_design
from sweep.planning.search.conditions import meeting
from sweep.planning.search.size import require_listable
from sweep.records import Arm, Setting, plain


def make_own_plan(config: SweepConfig) -> Plan:
    """Create the plan of a sweep over a user's own function or command.

    Settings are equal only if they are the same: what a training does with its values is not known.

    Args:
        config: configuration of the sweep.

    Raises:
        ConfigError: if there are more trials than `search.limit`, or no setting meets the conditions.
    """
    require_listable(config)
    requested = list(settings(config))
    asked = list(meeting(config, requested))
    by_digest: dict[str, Setting] = {}
    for setting in asked:
        # The order of keys does not matter.
        by_digest.setdefault(digest(plain(setting)), setting)
    distinct = list(by_digest.values())
    repeated = len(asked) - len(distinct)
    merged = (Merge("a value is listed twice", repeated),) if repeated else ()
    choices = [f"where leaves {len(asked):,} of {len(requested):,} settings"] if config.where else []
    if config.by_value is not None and config.by_value.note:
        choices.append(config.by_value.note)
    own = config.own
    assert own is not None, "the caller has checked the source"
    files = code_of(config)
    shared = digest(_identity(config, files))
    epochs = {"epochs": own.epochs} if own.epochs is not None else {}
    arms = tuple(
        Arm(digest({"sweep": shared, "setting": plain(setting)})[:12], label, setting)
        for setting, label in zip(distinct, labels(distinct, is_free=True), strict=True)
    )
    identities = {
        arm.id: ArmIdentity(
            shared, canonical({**epochs, **plain(arm.setting)}), canonical({"lineage": True, **plain(arm.setting)})
        )
        for arm in arms
    }
    seeds = config.selection_seeds
    trials = tuple(identities[arm.id].trial(arm, seed) for arm in arms for seed in seeds)
    return Plan(
        name=config.name,
        hash=plan_hash(config, shared, trials),
        asked=len(asked),
        merged=merged,
        arms=arms,
        seeds=seeds,
        trials=trials,
        training_examples=0,
        choices=tuple(choices),
        design=make_design(config, arms),
        report_seeds=config.report_seeds,
        identity=shared,
        code=relative_paths(map(Path, files)),
        identities=identities,
        demand=MetricDemand(scheduler=scheduler_name(config)),
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
