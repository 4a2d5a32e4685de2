"""Turns the summary of an arm into an MLflow run of its own, since the dashboard has no mean and spread over runs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sweep.records import Arm
from sweep.tracking.runs import (
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
)

ARM_KIND = "arm"


@dataclass(frozen=True)
class ArmSummary:
    """An arm over its seeds.

    Args:
        arm: the arm.
        planned: how many seeds it has.
        metrics: such as ``final_val_loss_mean``; what is not known is left out.
    """

    arm: Arm
    planned: int
    metrics: Mapping[str, float]

    @property
    def outcome(self) -> str:
        """How its seeds ended, and what was ranked by; when that changes, the run is written anew.

        >>> ArmSummary(Arm("a", "adam", {}), 3, {"seeds": 2.0, "diverged_share": 1 / 3}).outcome
        '2 of 3 seeds, 33 % diverged'
        """
        share = self.metrics.get("diverged_share", 0.0)
        lost = f", {100 * share:.0f} % diverged" if share else ""
        ranked = [key[len("final_") : -len("_mean")] for key in self.metrics if re.fullmatch("final_.+_mean", key)]
        return ", ".join([f"{self.metrics.get('seeds', 0.0):.0f} of {self.planned} seeds{lost}", *ranked])


def arm_run(summary: ArmSummary, moment_milliseconds: int) -> TrialRun:
    """Describe the MLflow run of an arm: the parameters of its trials, its summary, and no seed.

    Args:
        summary: of the arm.
        moment_milliseconds: when it was made.
    """
    arm = summary.arm
    tags = {
        # In the place of a trial's id, so that a later start finds the run again.
        TRIAL_TAG: f"arm-{arm.id}",
        KIND_TAG: ARM_KIND,
        "optimizer": str(arm.setting.get("optimizer", IGNORED)),
        "arm": label(arm),
        "arm_id": arm.id,
        STATUS_TAG: summary.outcome,
    }
    return TrialRun(
        trial_id=f"arm-{arm.id}",
        name=f"{label(arm)[: NAME_CHARACTERS - 12]} all seeds",
        outcome=summary.outcome,
        status="FINISHED",
        started_milliseconds=moment_milliseconds,
        ended_milliseconds=moment_milliseconds,
        params={**hyperparameters(arm.setting), "seed": IGNORED},
        tags={key: value[:TAG_CHARACTERS] for key, value in tags.items()},
        points=tuple(Point(key, value, moment_milliseconds, 0) for key, value in summary.metrics.items()),
    )


def arm_runs(summaries: Sequence[ArmSummary], moment_milliseconds: int) -> list[TrialRun]:
    """Describe the runs of arms."""
    return [arm_run(summary, moment_milliseconds) for summary in summaries]
