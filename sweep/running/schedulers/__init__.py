"""Rules that end trials early, one per file, and the registry of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sweep.config import SweepConfig
from sweep.config.scheduler import (
    AshaRule,
    ComparingRule,
    CountedRule,
    HalvingRule,
    HyperBandRule,
    MedianRule,
    PatienceRule,
    PbtRule,
    Rule,
    SuccessiveHalvingRule,
    WilcoxonRule,
)
from sweep.running.schedulers.asha import AsyncSuccessiveHalving
from sweep.running.schedulers.hyperband import HyperBand
from sweep.running.schedulers.median import MedianStopping
from sweep.running.schedulers.patience import Patience
from sweep.running.schedulers.pbt import PopulationBasedTraining
from sweep.running.schedulers.per_level import PerLevel
from sweep.running.schedulers.perturbation import perturbation_of
from sweep.running.schedulers.scheduler import Scheduler
from sweep.running.schedulers.successive_halving import SuccessiveHalving
from sweep.running.schedulers.wilcoxon import WilcoxonPairs

__all__ = ["Scheduler", "make_scheduler"]


SCHEDULERS: Mapping[type[Rule], Callable[..., Scheduler]] = MappingProxyType(
    {
        AshaRule: AsyncSuccessiveHalving,
        SuccessiveHalvingRule: SuccessiveHalving,
        HyperBandRule: HyperBand,
        MedianRule: MedianStopping,
        PatienceRule: Patience,
        WilcoxonRule: WilcoxonPairs,
        PbtRule: PopulationBasedTraining,
    }
)
"""Section of a rule -> its scheduler, whose arguments are named as there; `time_attr` is its counter."""


def make_scheduler(config: SweepConfig) -> Scheduler | None:
    """Return the scheduler of a sweep; None if every trial is trained to its end."""
    rule, epochs, seed = config.scheduler, config.most_epochs, config.search.seed
    if not isinstance(rule, ComparingRule):
        return None
    if isinstance(rule, PbtRule):
        return _population(config, rule)
    if config.scientific and rule.per_level:
        return PerLevel(config.scientific, lambda: scheduler_of(rule, epochs, seed))
    return scheduler_of(rule, epochs, seed)


def _population(config: SweepConfig, rule: PbtRule) -> Scheduler:
    """Return the scheduler that changes the settings of trials, for which it needs the space."""
    assert config.most_epochs is not None, "a configuration without epochs is refused"
    return SCHEDULERS[PbtRule](
        perturbation_interval=rule.perturbation_interval,
        quantile_fraction=rule.quantile_fraction,
        epochs=config.most_epochs,
        explore=perturbation_of(config, rule),
        factor=config.scientific,
        seed=config.search.seed,
    )


def scheduler_of(rule: Rule, epochs: int | None, seed: int = 0) -> Scheduler:
    """Return the scheduler of a rule.

    Args:
        rule: its section of the file.
        epochs: the most epochs of a trial; None if that is not known.
        seed: of what the rule draws.
    """
    arguments = rule.model_dump(exclude={"method", "per_level", "max_t", "time_attr"})
    if isinstance(rule, CountedRule):
        arguments["counter"] = rule.time_attr
    if isinstance(rule, HalvingRule):
        arguments["max_t"] = rule.max_t or epochs
    if isinstance(rule, AshaRule):
        arguments["seed"] = seed
    return SCHEDULERS[type(rule)](**arguments)
