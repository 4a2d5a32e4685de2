"""Rules that end trials early, one per file, and the registry of them."""

from __future__ import annotations

from sweep.config import SweepConfig
from sweep.config.scheduler import (
    AshaRule,
    ComparingRule,
    HalvingRule,
    HyperBandRule,
    MedianRule,
    PatienceRule,
    Rule,
    SuccessiveHalvingRule,
    WilcoxonRule,
)
from sweep.running.schedulers.asha import AsyncSuccessiveHalving
from sweep.running.schedulers.hyperband import HyperBand
from sweep.running.schedulers.median import MedianStopping
from sweep.running.schedulers.patience import Patience
from sweep.running.schedulers.per_level import PerLevel
from sweep.running.schedulers.scheduler import Scheduler
from sweep.running.schedulers.successive_halving import SuccessiveHalving
from sweep.running.schedulers.wilcoxon import WilcoxonPairs

__all__ = ["Scheduler", "make_scheduler"]


def make_scheduler(config: SweepConfig) -> Scheduler | None:
    """Return the scheduler of a sweep; None if every trial is trained to its end."""
    rule, epochs, seed = config.scheduler, config.most_epochs, config.search.seed
    if not isinstance(rule, ComparingRule):
        return None
    if config.scientific and rule.per_level:
        return PerLevel(config.scientific, lambda: scheduler_of(rule, epochs, seed))
    return scheduler_of(rule, epochs, seed)


def scheduler_of(rule: Rule, epochs: int | None, seed: int = 0) -> Scheduler:
    """Return the scheduler of a rule.

    Args:
        rule: its section of the file.
        epochs: the most epochs of a trial; None if that is not known.
        seed: of what the rule draws.
    """
    most = getattr(rule, "max_t", None) or epochs
    assert most is not None or not isinstance(rule, HalvingRule), "the configuration is checked"
    match rule:
        case AshaRule():
            return AsyncSuccessiveHalving(
                grace_period=rule.grace_period,
                reduction_factor=rule.reduction_factor,
                max_t=most or 1,
                brackets=rule.brackets,
                counter=rule.time_attr,
                seed=seed,
            )
        case SuccessiveHalvingRule():
            return SuccessiveHalving(
                grace_period=rule.grace_period,
                reduction_factor=rule.reduction_factor,
                max_t=most or 1,
                counter=rule.time_attr,
            )
        case HyperBandRule():
            return HyperBand(reduction_factor=rule.reduction_factor, max_t=most or 1, counter=rule.time_attr)
        case MedianRule():
            return MedianStopping(
                grace_period=rule.grace_period,
                min_samples_required=rule.min_samples_required,
                counter=rule.time_attr,
            )
        case PatienceRule():
            return Patience(
                patience=rule.patience,
                min_delta=rule.min_delta,
                grace_period=rule.grace_period,
                counter=rule.time_attr,
            )
        case WilcoxonRule():
            return WilcoxonPairs(p_threshold=rule.p_threshold, n_startup_steps=rule.n_startup_steps)
    raise ValueError(f"`scheduler.method` must be a rule of this registry. Received: {rule}.")
