"""Creates one MLflow run per arm with its mean and spread, which the dashboard cannot compute over runs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sweep.records import Arm
from sweep.tracking.records import SweepRecord
from sweep.tracking.trial_runs import (
    IGNORED,
    KIND_TAG,
    NAME_CHARACTERS,
    STATUS_TAG,
    TAG_CHARACTERS,
    TRIAL_TAG,
    Point,
    TrialRun,
    hyperparameters,
    label,
    setting_tags,
)

ARM_KIND = "arm"
BASE_RATE_KIND = "base rate"


@dataclass(frozen=True)
class ArmSummary:
    """Summary of an arm over its seeds.

    Args:
        arm: the arm.
        planned: number of its seeds.
        metrics: metrics such as ``final_val_loss_mean``, and ``rank``; unknown ones are omitted.
        basis: the metric of a trial that ranks, such as ``final_val_loss``; empty if there is none.
        is_best: whether it is the best arm of its level.
    """

    arm: Arm
    planned: int
    metrics: Mapping[str, float]
    basis: str = ""
    is_best: bool = False

    @property
    def outcome(self) -> str:
        """Describes seeds, rank and ranking metric; if it changes, the run is written again.

        >>> ArmSummary(Arm("a", "adam", {}), 3, {"seeds": 2.0, "diverged_share": 1 / 3}).outcome
        '2 of 3 seeds, 33 % diverged'
        """
        share = self.metrics.get("diverged_share", 0.0)
        lost = f", {100 * share:.0f} % diverged" if share else ""
        place = f", rank {self.metrics['rank']:.0f} by {self.basis}" if self.basis and "rank" in self.metrics else ""
        ranked = dict.fromkeys(
            found[1] for key in self.metrics if (found := re.fullmatch("(?:final|best)_(.+)_mean", key))
        )
        return ", ".join([f"{self.metrics.get('seeds', 0.0):.0f} of {self.planned} seeds{lost}{place}", *ranked])


def arm_run(summary: ArmSummary, moment_milliseconds: int, record: SweepRecord) -> TrialRun:
    """Describe the MLflow run of an arm: the parameters of its trials, its summary, and no seed.

    Args:
        summary: summary of the arm.
        moment_milliseconds: Unix time of the summary.
        record: the sweep.
    """
    arm = summary.arm
    tags = {
        # Used like a trial's id, so that a later start finds the run again.
        TRIAL_TAG: f"arm-{arm.id}",
        KIND_TAG: ARM_KIND,
        **setting_tags(arm, record.keys),
        STATUS_TAG: summary.outcome,
        record.best_tag: "yes" if summary.is_best else "no",
    }
    return TrialRun(
        trial_id=f"arm-{arm.id}",
        name=f"{label(arm)[: NAME_CHARACTERS - 12]} all seeds",
        outcome=summary.outcome,
        status="FINISHED",
        started_milliseconds=moment_milliseconds,
        ended_milliseconds=moment_milliseconds,
        params={**hyperparameters(arm.setting, record.keys), "seed": IGNORED},
        tags={key: value[:TAG_CHARACTERS] for key, value in tags.items()},
        points=tuple(Point(key, value, moment_milliseconds, 0) for key, value in summary.metrics.items()),
    )


@dataclass(frozen=True)
class BaseRateSummary:
    """Scores of a simple prediction on the splits of a sweep.

    Args:
        name: name such as ``majority class``.
        metrics: metrics under the same names as an arm's, so that one column shows both.
    """

    name: str
    metrics: Mapping[str, float]


def base_rate_run(summary: BaseRateSummary, moment_milliseconds: int, record: SweepRecord) -> TrialRun:
    """Describe the MLflow run of a base rate, which has the usual parameters without values, and no rank."""
    outcome = f"base rate, {' '.join(f'{key}={value:.6g}' for key, value in summary.metrics.items())}"
    trial_id = f"base-rate-{summary.name.replace(' ', '-')}"
    return TrialRun(
        trial_id=trial_id,
        name=f"{summary.name} (base rate)",
        outcome=outcome,
        status="FINISHED",
        started_milliseconds=moment_milliseconds,
        ended_milliseconds=moment_milliseconds,
        params={**hyperparameters({}, record.keys), "seed": IGNORED},
        tags={TRIAL_TAG: trial_id, KIND_TAG: BASE_RATE_KIND, STATUS_TAG: outcome, record.best_tag: "base rate"},
        points=tuple(Point(key, value, moment_milliseconds, 0) for key, value in summary.metrics.items()),
    )


def arm_runs(
    summaries: Sequence[ArmSummary | BaseRateSummary], moment_milliseconds: int, record: SweepRecord
) -> list[TrialRun]:
    """Describe the runs of arms and of base rates."""
    return [
        arm_run(summary, moment_milliseconds, record)
        if isinstance(summary, ArmSummary)
        else base_rate_run(summary, moment_milliseconds, record)
        for summary in summaries
    ]
