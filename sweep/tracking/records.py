"""Records that describe a sweep to the tracking, and the writer's final report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sweep.config.setting_keys import SETTING_KEYS

RunStatus = Literal["FINISHED", "FAILED", "KILLED"]
"""MLflow's statuses of ended runs."""


@dataclass(frozen=True)
class DatasetRecord:
    """The data set that all trials of a sweep train on.

    Args:
        name: its name.
        fingerprint: short hash of its content; MLflow keeps the first 36 characters.
        examples: number of rows.
        features: number of columns without the target.
        source: a path, or the package that bundles it.
        task: ``multiclass``, ``binary`` or ``regression``.
    """

    name: str
    fingerprint: str
    examples: int
    features: int
    source: str
    task: str


@dataclass(frozen=True)
class SweepRecord:
    """Content of the parent run of a sweep.

    Args:
        name: name of the sweep.
        question: the question that the sweep answers, in one line.
        experiment: name of the MLflow experiment.
        plan_hash: identifies the sweep while its plan grows; one parent run exists per hash and experiment.
        config_yaml: the resolved configuration.
        metric: the metric by which the trials are compared.
        mode: whether smaller or larger values of ``metric`` are better.
        parameters: numbers about the sweep that never change.
        tags: additional tags for the parent run, such as its number of trials; those of the last start count.
        dataset: the data set.
        by: whether the last or the best epoch of a trial ranks it; the prefix of the metric's name.
        keys: the hyperparameters, which every run of the sweep has as parameters.
        grouped_by: factor of whose levels the best arms are shown; empty if all settings are one level.
        is_own: whether the training is the user's own.
        renewed: ids of trials that are trained again, whose runs of an earlier start are replaced.
    """

    name: str
    question: str
    experiment: str
    plan_hash: str
    config_yaml: str
    metric: str
    mode: Literal["min", "max"]
    parameters: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    dataset: DatasetRecord | None = None
    by: Literal["final", "best"] = "final"
    keys: tuple[str, ...] = SETTING_KEYS
    grouped_by: str = "optimizer"
    is_own: bool = False
    renewed: frozenset[str] = frozenset()

    @property
    def ranked_by(self) -> str:
        """The metric of a trial's run that ranks it, such as ``final_val_loss``."""
        return f"{self.by}_{self.metric}"

    @property
    def best_tag(self) -> str:
        """The tag on the run of an arm: whether it is the best arm of its level."""
        return "best_of_level" if self.is_own else "best_of_optimizer"


@dataclass(frozen=True)
class RunLinks:
    """Locations of the runs of a sweep.

    Args:
        uri: address of the store, without a password.
        experiment_id: id of the experiment.
        run_id: id of the parent run.
        runs: trial id -> id of its run.
    """

    uri: str
    experiment_id: str
    run_id: str
    runs: Mapping[str, str]


@dataclass(frozen=True)
class WriterReport:
    """Outcome of writing a sweep to MLflow.

    Args:
        written: number of trials that now have a complete run.
        skipped: number of trials that already had one from an earlier start of the same plan.
        failed: number of trials that could not be written, which are kept in ``pending``.
        seconds: time that the background thread spent writing.
        pending: file with the trials that could not be written; None if there is none.
        error: one sentence on why something is missing; None if nothing is.
        url: address of the experiment, if the store is a server.
        thinned: number of trials with more epochs than `tracking.points`, of which MLflow has a subset.
        artifacts_error: why the parent run has no artifacts; None if it has.
        models_error: why some of the models that the sweep keeps are lacking; None if none is.
    """

    written: int
    skipped: int
    failed: int
    seconds: float
    pending: Path | None
    error: str | None
    url: str | None
    thinned: int = 0
    artifacts_error: str | None = None
    models_error: str | None = None

    @property
    def complete(self) -> bool:
        """Whether MLflow contains the whole sweep."""
        return self.error is None and self.artifacts_error is None and self.models_error is None
