"""Describes a sweep for its parent run in MLflow."""

from __future__ import annotations

from sweep.analysis.hyperparameters import grouped_by, hyperparameter_keys
from sweep.config.dumping import as_yaml
from sweep.driver.prepare import Preparation
from sweep.errors.masking import hide_secrets
from sweep.tracking import SweepRecord


def sweep_record(preparation: Preparation, trials: int, renewed: frozenset[str]) -> SweepRecord:
    """Return what MLflow records of a sweep besides its trials.

    Args:
        preparation: the sweep.
        trials: number of trials that are expected.
        renewed: ids of the trials that are trained again, since they lack a metric.
    """
    config, plan, growing = preparation.config, preparation.plan, preparation.growing
    arms = len(plan.arms) + sum(plan.pending.values())
    return SweepRecord(
        name=config.name,
        question=hide_secrets(config.question),
        experiment=config.experiment,
        plan_hash=plan.sweep_id,
        config_yaml=as_yaml(config),
        metric=config.metric.name,
        mode=config.metric.mode,
        by=config.metric.by,
        keys=hyperparameter_keys(
            (*(arm.setting for arm in plan.arms), *(growing.examples() if growing is not None else ())),
            is_own=config.own is not None,
        ),
        grouped_by=grouped_by(config),
        is_own=config.own is not None,
        # MLflow's parameters are immutable, and a sweep can grow.
        tags={
            "trials": str(trials),
            "arms": str(arms),
            "seeds": str(len(plan.seeds)),
        },
        dataset=preparation.dataset_record,
        renewed=renewed,
    )
