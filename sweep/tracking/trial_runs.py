"""Converts the result of a trial to the parameters, tags and metrics of its MLflow run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sweep.config.setting_keys import SETTING_KEYS
from sweep.records import ENDED_WELL, Arm, TrialResult, Value
from sweep.tracking.records import RunStatus

IGNORED = "-"
"""Value of a hyperparameter that the run's optimizer ignores."""

TRIAL_TAG = "sweep.trial_id"
PLAN_TAG = "sweep.plan_hash"
PARENT_TAG = "mlflow.parentRunId"
STATUS_TAG = "status"
KIND_TAG = "kind"
"""Tag that distinguishes runs of trials from runs of arms."""

TRIAL_KIND = "trial"
ENDED_RUN: tuple[RunStatus, ...] = ("FINISHED", "FAILED", "KILLED")
"""Statuses of runs that are complete; a run that a crash left open is RUNNING."""

THINNED_TAG = "thinned"
"""Tag on a run with a subset of its epochs: how many of how many."""

POINTS = 1000
"""Default maximum number of points of a metric in a run."""

NAME_CHARACTERS = 250
PARAMETER_CHARACTERS = 6000
TAG_CHARACTERS = 8000


class Point(NamedTuple):
    """One value of one metric."""

    key: str
    value: float
    timestamp_milliseconds: int
    step: int


@dataclass(frozen=True)
class TrialRun:
    """The MLflow run of one trial as plain data."""

    trial_id: str
    name: str
    outcome: str
    status: RunStatus
    started_milliseconds: int
    ended_milliseconds: int
    params: Mapping[str, str]
    tags: Mapping[str, str]
    points: tuple[Point, ...]


def trial_run(
    result: TrialResult,
    metric: str,
    mode: Literal["min", "max"],
    points: int = POINTS,
    keys: Sequence[str] = SETTING_KEYS,
    *,
    is_own: bool = False,
) -> TrialRun:
    """Describe the MLflow run of a trial.

    Every run has the same parameter keys. The timestamp of a point is the start of the trial plus its training
    seconds, so that the time axis of a chart is the training time. Non-finite numbers are omitted.

    Args:
        result: result of the trial.
        metric: the metric by which trials are compared.
        mode: whether smaller or larger values of ``metric`` are better.
        points: maximum number of points of a metric; the epochs of a longer trial are thinned, which a tag records.
        keys: the hyperparameters, which every run of the sweep has.
        is_own: whether the training is the user's own, which need not report a metric after every epoch.
    """
    trial = result.trial
    kept = kept_epochs(result, metric, mode, points)
    return TrialRun(
        trial_id=trial.id,
        name=f"{label(trial.arm)[: NAME_CHARACTERS - 12]} s{trial.seed}",
        outcome=result.status,
        status=_run_status(result),
        started_milliseconds=_milliseconds(result.started_seconds),
        ended_milliseconds=_milliseconds(max(result.ended_seconds, result.started_seconds)),
        params={**hyperparameters(trial.arm.setting, keys), "seed": str(trial.seed)},
        tags=_tags(result, kept, keys),
        points=(*_history(result, kept), *_summary(result, metric, mode, is_own=is_own)),
    )


def kept_epochs(result: TrialResult, metric: str, mode: Literal["min", "max"], points: int) -> NDArray[np.intp]:
    """Return indices of at most ``points`` epochs: all, or the first, last, best and evenly spaced ones.

    All metrics keep the same epochs, so that their curves line up.
    """
    count = len(result.epochs["epoch"])
    if count <= points:
        return np.arange(count)
    even = np.linspace(0, count - 1, points).round().astype(np.intp)
    best = _best(result, metric, mode)
    if best is None or best in even:
        return even
    return np.union1d(np.linspace(0, count - 1, points - 1).round().astype(np.intp), [best])


def _best(result: TrialResult, metric: str, mode: Literal["min", "max"]) -> int | None:
    """Return the index of the best epoch; None if there is no finite value."""
    values = result.epochs.get(metric)
    if values is None or not np.isfinite(values).any():
        return None
    return int(np.nanargmin(values) if mode == "min" else np.nanargmax(values))


def label(arm: Arm) -> str:
    """Return the name of an arm."""
    return arm.label or str(arm.setting.get("optimizer", "trial"))


def _run_status(result: TrialResult) -> RunStatus:
    if result.status in ENDED_WELL:
        return "FINISHED"
    # The dashboard has no status "diverged": FAILED marks such a run with a red cross, and the `status` tag
    # distinguishes it from a crash.
    if result.status in ("DIVERGED", "FAILED"):
        return "FAILED"
    # PRUNED and CANCELLED: the training was ended from outside, which is no failure.
    return "KILLED"


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def hyperparameters(setting: Mapping[str, Value], keys: Sequence[str] = SETTING_KEYS) -> dict[str, str]:
    """Return the parameters of a run, with the same keys for every setting of a sweep.

    Args:
        setting: setting of the run.
        keys: the hyperparameters of the sweep.
    """
    return {key: str(setting.get(key, IGNORED))[:PARAMETER_CHARACTERS] for key in dict.fromkeys((*keys, *setting))}


def setting_tags(arm: Arm, keys: Sequence[str]) -> dict[str, str]:
    """Return the tags that name the setting of a run: its optimizer, if the sweep has any, and its arm."""
    optimizer = {"optimizer": str(arm.setting.get("optimizer", IGNORED))} if "optimizer" in keys else {}
    return {**optimizer, "arm": label(arm), "arm_id": arm.id}


def _tags(result: TrialResult, kept: NDArray[np.intp], keys: Sequence[str]) -> dict[str, str]:
    tags = {
        TRIAL_TAG: result.trial.id,
        KIND_TAG: TRIAL_KIND,
        **setting_tags(result.trial.arm, keys),
        "seed": str(result.trial.seed),
        STATUS_TAG: result.status,
    }
    tags |= {f"fingerprint.{name}": value for name, value in result.fingerprints.items()}
    if result.diverged_step is not None:
        tags["diverged_step"] = str(result.diverged_step)
    if result.last_finite_loss is not None:
        tags["last_finite_loss"] = str(float(result.last_finite_loss))
    if result.pruned_rung is not None:
        tags["pruned_rung"] = f"{result.pruned_rung:.12g}"
    if result.pruned_value is not None:
        tags["pruned_value"] = str(float(result.pruned_value))
    epochs = len(result.epochs["epoch"])
    if len(kept) < epochs:
        tags[THINNED_TAG] = f"{len(kept)} of {epochs} epochs"
    if result.error is not None:
        tags["error"] = result.error
    return {key: value[:TAG_CHARACTERS] for key, value in {**tags, **result.tags}.items()}


def _history(result: TrialResult, kept: NDArray[np.intp]) -> Iterator[Point]:
    steps = np.asarray(result.epochs["epoch"])[kept].astype(np.int64).tolist()
    moments = [_milliseconds(result.started_seconds + s) for s in _finite_or_zero(result.epochs["seconds"][kept])]
    for key, values in result.epochs.items():
        if key == "epoch":
            continue
        for step, moment, value in zip(steps, moments, values[kept].tolist(), strict=True):
            if math.isfinite(value):
                yield Point(key, value, moment, step)


def _finite_or_zero(values: NDArray[np.float64]) -> list[float]:
    return [value if math.isfinite(value) else 0.0 for value in values.tolist()]


def _summary(result: TrialResult, metric: str, mode: Literal["min", "max"], *, is_own: bool) -> Iterator[Point]:
    # Only completed trials are ranked: a diverged or pruned one must not come first in a sorted column.
    best = _best(result, metric, mode)
    if result.status not in ENDED_WELL or best is None:
        return
    values = result.epochs[metric]
    epochs = result.epochs["epoch"]
    moment, step = _milliseconds(result.ended_seconds), int(epochs[-1])
    final = values[~np.isnan(values)][-1] if is_own else values[-1]
    summary = {f"best_{metric}": values[best], "best_epoch": epochs[best], f"final_{metric}": final}
    for key, value in summary.items():
        if math.isfinite(value):
            yield Point(key, float(value), moment, step)
