"""Writes and reads the checkpoints of our networks' trials, in the form in which a user's training keeps its state."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

from sweep.execution.sources.assignment import CHECKPOINT, IS_CHANGED, PAUSED, TRIALS, drop_paused, paused_file
from sweep.execution.sources.state import read_facts, read_state, snapshot, write_state
from sweep.records import Trial
from trainers.checkpoint import Checkpoint, split_state
from trainers.loop import EpochMetrics
from trainers.metrics import Mode
from trainers.prediction import NetworkDescription, describe
from trainers.session import Session

Row: TypeAlias = "tuple[int, int, dict[str, float], float]"
"""The metrics of an epoch: its number, the steps so far, the metrics, and the seconds of training so far."""


@dataclass(frozen=True)
class Keeping:
    """What is kept of the trials of our networks.

    Args:
        weights: whether and after which epoch the weights of a trial are kept.
        folder: the results folder of the sweep.
        metric: the metric that decides which epoch is the best.
        mode: whether small or large values of it are better.
        every: seconds between the checkpoints of trials in training; 0 for none.
    """

    weights: Literal["none", "last", "best"]
    folder: str
    metric: str = "val_loss"
    mode: Mode = "min"
    every: float = 0.0

    def path(self, trial: Trial) -> Path:
        """Return the path of a trial's checkpoint."""
        return Path(self.folder) / TRIALS / trial.lineage / CHECKPOINT

    def paused_path(self, trial: Trial, epoch: int) -> Path:
        """Return the path of the checkpoint with which a trial has paused after an epoch."""
        return paused_file(Path(self.folder) / PAUSED, trial.id, epoch)


@dataclass(frozen=True)
class Kept:
    """A checkpoint with the metrics of its trial up to it.

    Args:
        checkpoint: the state of the trial.
        rows: the metrics of each epoch.
        network: what a prediction needs besides the weights; None if the scaling of the data is not known.
    """

    checkpoint: Checkpoint
    rows: Sequence[Row]
    network: NetworkDescription | None = None


def write_checkpoint(path: Path, trial: Trial, kept: Kept, *, is_changed: bool = False) -> None:
    """Write a checkpoint in one step: a reader finds the old file or the new.

    Args:
        path: the file.
        trial: whose it is.
        kept: the checkpoint.
        is_changed: whether the setting of the trial is not the one that it began with.
    """
    facts = {"trial_id": trial.id, "epoch": kept.checkpoint.epoch, "rows": list(kept.rows)}
    if is_changed:
        facts[IS_CHANGED] = True
    if kept.network is not None:
        facts["network"] = kept.network.as_mapping()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_state(path, snapshot(kept.checkpoint.as_mapping(), is_limited=False).content(facts))


def read_checkpoint(path: Path, trial: Trial | None = None) -> Kept | None:
    """Return a checkpoint that `write_checkpoint` wrote; None if the file is missing or damaged.

    Args:
        path: of the file.
        trial: whose it must be; None for any.

    Raises:
        StateError: if the file can be read in part only.
    """
    facts = read_facts(path)
    if facts is None or (trial is not None and facts["trial_id"] != trial.id):
        return None
    rows = [(epoch, step, metrics, seconds) for epoch, step, metrics, seconds in facts["rows"]]
    network = NetworkDescription.from_mapping(facts["network"]) if "network" in facts else None
    return Kept(Checkpoint.from_mapping(read_state(path)), rows, network)


def read_checkpoints(keeping: Keeping, trials: Sequence[Trial], epoch: int) -> list[Kept] | None:
    """Return the checkpoints of trials that go on from an epoch; None if one of them cannot, so that all start over."""
    ready = []
    for trial in trials:
        found = (read_checkpoint(path) for path in (keeping.paused_path(trial, epoch), keeping.path(trial)))
        fitting = (one for one in found if one is not None and one.checkpoint.epoch == epoch)
        one = next(fitting, None)
        if one is None or not one.checkpoint.is_whole:
            return None
        ready.append(one)
    return ready


def known_epochs(kept: Sequence[Kept], names: Sequence[str]) -> list[EpochMetrics]:
    """Return the metrics of the epochs that trials of equal age have behind them, as their training has yielded them.

    Args:
        kept: the checkpoint of each trial.
        names: of the metrics, in order.
    """
    by_epoch: dict[int, list[tuple[int, dict[str, float]]]] = {}
    for trial, one in enumerate(kept):
        # A trial that took over from another when it had diverged lacks some.
        for epoch, steps, metrics, seconds in one.rows:
            by_epoch.setdefault(epoch, []).append((trial, {**metrics, "steps": steps, "seconds": seconds}))
    epochs = []
    for epoch, rows in sorted(by_epoch.items()):
        # A metric may be asked that was not when the trials began.
        values = {name: np.array([row.get(name, np.nan) for _, row in rows], dtype=np.float64) for name in names}
        epochs.append(EpochMetrics(epoch, np.array([trial for trial, _ in rows], dtype=np.intp), values, ()))
    return epochs


@dataclass
class CheckpointWriter:
    """Collects the metrics and the best states of a pack's trials, and writes a checkpoint of each when it ends.

    Args:
        keeping: what is kept.
        trials: trials of the pack, in order.
        session: their training.
        rows: index of a trial -> the metrics of its epochs so far.
        resumed_epoch: the epoch whose checkpoints the trials have gone on from.
        changed: ids of the trials whose setting is not the one that they began with.
    """

    keeping: Keeping
    trials: Sequence[Trial]
    session: Session
    rows: dict[int, list[Row]] = field(default_factory=dict)
    resumed_epoch: int = 0
    changed: Collection[str] = ()
    _best: dict[int, tuple[float, Kept]] = field(default_factory=dict)
    _written: dict[int, int] = field(default_factory=dict)

    def restore(self, kept: Sequence[Kept]) -> None:
        """Take the checkpoints that the trials go on from."""
        sign = self._sign
        for trial, one in enumerate(kept):
            self.rows[trial] = list(one.rows)
            if self.keeping.weights != "best":
                continue
            # A trial that has paused has left its best state where that is kept.
            best = read_checkpoint(self.keeping.path(self.trials[trial]), self.trials[trial]) or one
            value = best.rows[-1][2].get(self.keeping.metric, np.nan)
            self._best[trial] = (np.inf if np.isnan(value) else sign * value, best)

    @property
    def _sign(self) -> float:
        return 1.0 if self.keeping.mode == "min" else -1.0

    def add(self, metrics: EpochMetrics) -> None:
        """Take the metrics of an epoch, before the session trains the next."""
        values = {name: column.tolist() for name, column in metrics.values.items()}
        for row, trial in enumerate(metrics.trials.tolist()):
            known = {name: column[row] for name, column in values.items()}
            seconds, steps = known.pop("seconds"), int(known.pop("steps"))
            self.rows.setdefault(trial, []).append((metrics.epoch, steps, known, seconds))
        if self.keeping.weights == "none":
            return
        if self.keeping.weights == "best":
            self._keep_best(metrics)
            for end in metrics.ended:
                if end.trial in self._best and end.status != "FAILED":
                    self._write(end.trial, self._best.pop(end.trial)[1])
        else:
            whole = [end.trial for end in metrics.ended if end.status not in ("DIVERGED", "FAILED")]
            for trial, kept in self._states(whole).items():
                self._write(trial, kept)

    def pause(self, trials: Sequence[int]) -> None:
        """Write the checkpoints from which some trials go on in another pack."""
        for trial, kept in self._states(trials).items():
            epoch, one = kept.checkpoint.epoch, self.trials[trial]
            write_checkpoint(self.keeping.paused_path(one, epoch), one, kept)
            drop_paused(Path(self.keeping.folder) / PAUSED, one.id, (epoch, self.resumed_epoch))
            if trial in self._best:
                self._write(trial, self._best.pop(trial)[1])

    def write_best(self) -> None:
        """Write the best states so far, as trials write a checkpoint from which they go on later."""
        for trial, (_, kept) in self._best.items():
            if self._written.get(trial) != kept.checkpoint.epoch:
                self._written[trial] = kept.checkpoint.epoch
                self._write(trial, kept)

    def _keep_best(self, metrics: EpochMetrics) -> None:
        """Hold the state of each trial that is better than in all earlier epochs."""
        found = dict(zip(metrics.trials.tolist(), self._sign * metrics.values[self.keeping.metric], strict=True))
        better = [trial for trial, value in found.items() if value < self._best.get(trial, (np.inf,))[0]]
        for trial, kept in self._states(better).items():
            self._best[trial] = (float(found[trial]), kept)

    def _states(self, trials: Sequence[int]) -> Mapping[int, Kept]:
        if not trials:
            return {}
        session, pack = self.session, self.session.pack
        found = split_state(session.state(trials), pack)
        return {
            trial: Kept(checkpoint, tuple(self.rows[trial]), describe(pack, session.splits[pack.trials[trial].seed]))
            for trial, checkpoint in found.items()
        }

    def _write(self, trial: int, kept: Kept) -> None:
        one = self.trials[trial]
        write_checkpoint(self.keeping.path(one), one, kept, is_changed=one.id in self.changed)


def weights_of(kept: Kept) -> dict[str, Any]:
    """Return the weights of a trial by layer, with the buffers and frozen parameters of a module."""
    return {**kept.checkpoint.weights, **kept.checkpoint.fixed}
