"""Describes the trial that a process is to train, and how it has ended."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

TRIALS = "trials"
"""Folder in a results folder that holds a folder for each trial, named after its lineage."""

PAUSED = "paused"
"""Folder in a results folder that holds the checkpoints of trials that wait for a decision."""


def paused_file(folder: str | Path, trial_id: str, epoch: int) -> Path:
    """Return the file of the checkpoint with which a trial has paused after an epoch.

    Each epoch has its own, so that a pack that is trained again finds the one that it had begun from.

    Args:
        folder: the folder `PAUSED` of the results folder.
        trial_id: the trial.
        epoch: the epoch.
    """
    return Path(folder) / f"{trial_id}-{epoch}.safetensors"


def drop_paused(folder: str | Path, trial_id: str, kept: Collection[int]) -> None:
    """Delete the checkpoints with which a trial has paused, but for those of some epochs; arguments as above."""
    names = {paused_file(folder, trial_id, epoch).name for epoch in kept}
    for path in Path(folder).glob(f"{trial_id}-*.safetensors"):
        if path.name not in names:
            path.unlink(missing_ok=True)


IS_CHANGED = "is_changed"
"""Fact of a kept state of a trial whose setting changed on the way, from which no trial of its setting goes on."""

CHECKPOINT = "checkpoint.safetensors"
FILES = "files"
"""The file of a trial's state and the folder of the user's own files, in the trial's folder."""


Row: TypeAlias = tuple[int, "int | None", Mapping[str, float], float]
"""A report: its epoch, its step or None, its metrics, and the seconds of training until then."""


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """What a process needs to know of the trial that it is to train.

    Args:
        trial_id: id of the trial.
        setting: hyperparameter -> value, of JSON types.
        seed: seed of the trial.
        epochs: number of reports of the whole trial; None where it has none.
        folder: folder of the trial.
        device: ``cpu``, ``cuda`` or ``mps``.
        metric: the metric that decides.
        mode: whether small or large values of it are better.
        stop_at: value of the metric at which the trial ends; None for none.
        weights: whether the saved state is kept, after the last or the best report.
        resumed_epoch: the epoch after which the trial goes on; 0 from the beginning.
        known_epoch: the epoch up to which its reports are known, and are dropped if it makes them again.
        paused: folder of the checkpoints with which trials pause; the trial goes on from one if ``known_epoch`` is not
            0.
        decisions: where the trial waits for a scheduler, as of `DecisionPoints.as_mapping`; None for nowhere.
        is_changed: whether the setting is not the one that the trial began with.
        results: the results folder, into which checkpoints are written; empty where it is on another machine.
        every: seconds between two checkpoints; 0 for none.
        checkpoint: file of the checkpoint, written in training, that the trial goes on from; empty if it does not.
    """

    trial_id: str
    setting: Mapping[str, Any]
    seed: int
    epochs: int | None
    folder: str
    device: str
    metric: str
    mode: Literal["min", "max"]
    stop_at: float | None = None
    weights: Literal["none", "last", "best"] = "none"
    resumed_epoch: int = 0
    known_epoch: int = 0
    paused: str = ""
    decisions: Mapping[str, object] | None = None
    is_changed: bool = False
    results: str = ""
    every: float = 0.0
    checkpoint: str = ""

    @property
    def facts(self) -> dict[str, Any]:
        """What a kept state says of its trial."""
        return {"trial_id": self.trial_id, **({IS_CHANGED: True} if self.is_changed else {})}

    @property
    def state_file(self) -> str:
        """The file with the state and the reports from which the trial goes on."""
        if self.checkpoint:
            return self.checkpoint
        if self.known_epoch:
            return os.fspath(paused_file(self.paused, self.trial_id, self.known_epoch))
        return os.path.join(self.folder, CHECKPOINT)


@dataclass
class Ending:
    """How a trial has ended so far: its status, and what belongs to it."""

    status: Literal["COMPLETED", "STOPPED", "DIVERGED", "PAUSED"] = "COMPLETED"
    step: int = 0
    last_finite_loss: float | None = None
    dropped: int = 0
    fingerprints: dict[str, str] = field(default_factory=dict)
