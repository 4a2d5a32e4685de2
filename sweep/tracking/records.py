"""What a sweep tells the tracking about itself, and what the writer reports when it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

RunStatus = Literal["FINISHED", "FAILED", "KILLED"]
"""How a run of MLflow ended."""


@dataclass(frozen=True)
class DatasetRecord:
    """The data set that all trials of a sweep train on.

    Args:
        name: its name.
        fingerprint: short hash of its content; MLflow keeps the first 36 characters.
        examples: number of rows.
        features: number of columns without the target.
        source: where it came from: a path, or the package that bundles it.
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
    """What the parent run of a sweep says.

    Args:
        name: name of the sweep.
        question: the one line that the sweep answers.
        experiment: name of the MLflow experiment.
        plan_hash: hash of the plan; one parent run exists per hash and experiment.
        config_yaml: the resolved configuration.
        metric: the metric that the trials are compared by.
        mode: whether a small or a large ``metric`` is good.
        parameters: a few numbers about the sweep (trials, arms, seeds).
        tags: more tags for the parent run.
        dataset: what was trained on.
        added: hyperparameters that the user's own optimizers have beside the usual ones.
        by: whether the last or the best epoch of a trial ranks it; what its metric's name begins with.
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
    added: tuple[str, ...] = ()

    @property
    def ranked_by(self) -> str:
        """The metric of a trial's run that ranks it, such as ``final_val_loss``."""
        return f"{self.by}_{self.metric}"


@dataclass(frozen=True)
class RunLinks:
    """Where the runs of a sweep are.

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
    """What became of the trials given to the writer.

    Args:
        written: trials that now have a complete run.
        skipped: trials that already had one from an earlier start of the same plan.
        failed: trials that could not be written; nothing of them is lost, see ``pending``.
        seconds: time that the background thread spent writing.
        pending: file that holds what could not be written; None if there is none.
        error: one sentence on why something is missing; None if nothing is.
        url: address of the experiment, if the store is a server.
        thinned: trials with more epochs than `tracking.points`, of which MLflow holds a part.
        artifacts_error: why the parent run lacks its artifacts; None if it does not.
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

    @property
    def complete(self) -> bool:
        """Whether MLflow holds all of the sweep."""
        return self.error is None and self.artifacts_error is None
