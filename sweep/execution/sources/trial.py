"""The trial that a user's training function receives: its setting, its streams of random numbers, and its reports."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from sweep.execution.sources.assignment import CHECKPOINT, FILES, Assignment, Ending, Row
from sweep.execution.sources.fingerprint import fingerprint
from sweep.execution.sources.metric_values import has_diverged, has_reached, is_loss, require_metric_name
from sweep.execution.sources.report_pace import ReportPace
from sweep.execution.sources.state import Snapshot, read_state, snapshot, write_state
from sweep.execution.sources.trial_checkpoints import known_rows
from sweep.execution.sources.trial_decisions import Answer, TrialDecisions
from sweep.reporting import ReportError, numbers, whole


class TrialStopped(BaseException):
    """Ends a training function whose trial is to stop; no `except Exception` catches it."""


class Trial:
    """One training: its setting and seed, and where it reports to.

    Args:
        assignment: the trial.
        send: takes a report.
        should_stop: whether the trial was told to stop.
        wait: takes a report and waits for a scheduler's decision, which it returns: whether the trial goes on, stops or
            pauses.
        should_pause: whether the trial was told to pause.
        alive: tells that the trial makes reports that are known, and are dropped.
    """

    def __init__(
        self,
        assignment: Assignment,
        send: Callable[[Row], None],
        should_stop: Callable[[], bool] = lambda: False,
        wait: Callable[[Row], Answer] = lambda row: "continue",
        should_pause: Callable[[], bool] = lambda: False,
        alive: Callable[[], None] = lambda: None,
    ) -> None:
        self._assignment = assignment
        self._send = send
        self._should_stop = should_stop
        self._alive = alive
        self.ending = Ending()
        self._epoch = assignment.resumed_epoch
        self._names: set[str] = set()
        self._rows: list[Row] = known_rows(assignment)
        self._begun = time.monotonic() - (self._rows[-1][3] if self._rows else 0.0)
        self._pace = ReportPace(self._add)
        self._decisions = TrialDecisions(assignment, wait, should_pause, self._rows)
        self.write_checkpoint = self._decisions.checkpoints.write
        """Writes what the trial has saved last, from which it goes on later; any thread may call it."""
        self._state: Snapshot | None = None
        self._best: float | None = None
        self._has_checkpoint = assignment.resumed_epoch > 0
        self._has_kept = self._has_restored = self._is_closed = False
        for _, _, metrics, _ in self._rows:
            self._is_best(metrics.get(assignment.metric))
        self._process = os.getpid()
        # Threads of the user's may report at once.
        self._lock = threading.Lock()
        self._setting = MappingProxyType(dict(assignment.setting))

    @property
    def id(self) -> str:
        """Id of the trial, the same on every machine."""
        return self._assignment.trial_id

    @property
    def setting(self) -> Mapping[str, Any]:
        """The hyperparameters, a read-only mapping."""
        return self._setting

    @property
    def seed(self) -> int:
        """Seed of the trial; all settings of a seed should differ in nothing else."""
        return self._assignment.seed

    @property
    def epochs(self) -> int:
        """Number of reports of the whole trial.

        Raises:
            ReportError: if the sweep does not say how many.
        """
        if self._assignment.epochs is None:
            raise ReportError("`trainer.epochs` is needed, as the training asks for `trial.epochs`. Give such as 20.")
        return self._assignment.epochs

    @property
    def device(self) -> str:
        """Where to compute: ``cpu``, ``cuda`` or ``mps``."""
        return self._assignment.device

    @property
    def folder(self) -> Path:
        """The trial's own folder for files, the same again when the trial goes on."""
        path = Path(self._assignment.folder) / FILES
        path.mkdir(parents=True, exist_ok=True)
        return path

    def generator(self, stream: str) -> np.random.Generator:
        """Return the generator of a named stream of the trial's seed: the same for all settings of the seed.

        Args:
            stream: what it is used for, such as ``augment``.
        """
        # Streams of the project's own trainers have short keys, so that none is the same as one of these.
        key = int.from_bytes(hashlib.sha256(stream.encode()).digest()[:16], "big") | 1 << 127
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(key,)))

    def fingerprint(self, name: str, array: Any) -> None:
        """Record what the trial shares with the others of its seed; a comparison of trials that differ is refused.

        Args:
            name: what it is, such as ``split``.
            array: an array, a tensor or bytes.

        Raises:
            ReportError: if it is an array of objects, whose content is not known.
        """
        self.ending.fingerprints[str(name)] = fingerprint(name, array)

    def report(self, /, *, epoch: int | None = None, step: int | None = None, **metrics: Any) -> None:
        """Report the metrics of an epoch.

        Args:
            epoch: number of the epoch, from 1; counted when it is not given.
            step: number of steps so far.
            metrics: numbers, arrays without dimensions, or tensors of one number.

        Raises:
            TrialStopped: when the trial is to stop; let it pass.
            ReportError: if a metric is no number, or the epoch is not above the last one.
        """
        if os.getpid() != self._process:
            raise ReportError(
                "`trial.report` must be called in the process that the training began in. Received: a call in a "
                "process that it has started. Report what that one returns."
            )
        with self._lock:
            self._report(epoch, step, metrics)

    def _report(self, epoch: int | None, step: int | None, metrics: Mapping[str, Any]) -> None:
        if self._is_closed:
            raise TrialStopped
        if self.ending.status != "COMPLETED" or self._should_stop():
            self._stop("STOPPED" if self.ending.status == "COMPLETED" else self.ending.status)
        if self._assignment.checkpoint and not self._has_restored:
            # The training begins anew, so that it makes the reports again that are known.
            self._epoch, self._has_restored = 0, True
        epoch = self._epoch + 1 if epoch is None else whole(epoch, "epoch")
        step = None if step is None else whole(step, "step")
        if epoch <= self._epoch:
            raise ReportError(
                f"`epoch` must rise from report to report, and was {self._epoch}. Received: {epoch}. Report all "
                "metrics of an epoch at once."
            )
        for name in metrics.keys() - self._names:
            require_metric_name(name)
            self._names.add(name)
        values = numbers(metrics)
        self._epoch = epoch
        if epoch <= self._assignment.known_epoch:
            # A state that was saved for a report that is known is no state of a later one.
            if self._state is not None:
                self._decisions.remember(epoch, self._state)
                self._state = None
            self._alive()
            return
        if has_diverged(values, self._assignment.metric):
            self.ending.step = epoch if step is None else step
            self._stop("DIVERGED")
        self._remember_loss(values)
        row = (epoch, step, values, time.monotonic() - self._begun)
        self._take(row)

    def _take(self, row: Row) -> None:
        """Pass a report on, keep the state that belongs to it, and end the trial if it is not to go on."""
        epoch, _, values, _ = row
        is_over = has_reached(values.get(self._assignment.metric), self._assignment.stop_at, self._assignment.mode)
        if waits := not is_over and self._decisions.is_due(row):
            # It is sent with the question.
            self._pace.skip()
            self._rows.append(row)
        else:
            self._pace.add(row)
        self._keep(epoch, values)
        self._decisions.checkpoints.write_if_due(self._pace.flush)
        if is_over:
            self._stop("STOPPED")
        if waits:
            self._obey(self._decisions.ask(row))
        elif self._decisions.should_pause(row):
            self._obey("pause")

    def save(self, state: object) -> None:
        """Keep a state, which belongs to the next report.

        Args:
            state: nested mappings, lists and tuples of numbers, text, bytes, booleans, None, NumPy arrays and torch
                tensors; all else belongs into files in `folder`.

        Raises:
            sweep.execution.sources.state.StateError: if the state holds anything else, or is too large.
        """
        self._state = snapshot(state)

    def restore(self) -> Any:
        """Return the state of the last report that was kept, by this process or an earlier one; None if none was."""
        self._has_restored = True
        if not self._has_checkpoint:
            return None
        is_own = (self._assignment.known_epoch or self._assignment.checkpoint) and not self._has_kept
        return read_state(Path(self._assignment.state_file) if is_own else self._checkpoint)

    @property
    def keeps_state(self) -> bool:
        """Whether the sweep uses what is saved now: to keep it, for a pause or for a checkpoint that is due."""
        return self._assignment.weights != "none" or self._decisions.keeps_state

    @property
    def reported(self) -> int:
        """Number of reports so far."""
        return self._pace.reported

    @property
    def names(self) -> list[str]:
        """Names of all metrics reported so far."""
        return sorted(self._names)

    def close(self) -> None:
        """Send what was held back; the trial takes no report any more, such as from a thread that was left behind."""
        with self._lock:
            self._pace.flush()
            self.ending.dropped = self._pace.dropped
            self._is_closed = True

    def _obey(self, answer: Answer) -> None:
        """End the trial if it is not to go on; one that pauses leaves its state and its reports."""
        if answer == "pause":
            self._pace.flush()
            self._decisions.write_pause(self._rows, self.restore)
            self.ending.step = self._epoch
            self._stop("PAUSED")
        if answer == "stop":
            self._stop("STOPPED")

    @property
    def _checkpoint(self) -> Path:
        return Path(self._assignment.folder) / CHECKPOINT

    def _stop(self, status: Literal["COMPLETED", "STOPPED", "DIVERGED", "PAUSED"]) -> None:
        self.ending.status = status
        raise TrialStopped

    def _remember_loss(self, values: Mapping[str, float]) -> None:
        losses = [value for name, value in values.items() if is_loss(name)]
        if losses:
            self.ending.last_finite_loss = losses[0]

    def _add(self, row: Row) -> None:
        self._rows.append(row)
        self._send(row)

    def _keep(self, epoch: int, values: Mapping[str, float]) -> None:
        """Write the saved state, if it is to be kept."""
        state, self._state = self._state, None
        if state is not None:
            self._decisions.remember(epoch, state)
        weights = self._assignment.weights
        if state is None or weights == "none":
            return
        if weights == "best" and not self._is_best(values.get(self._assignment.metric)):
            return
        # What is kept includes the report that it belongs to.
        self._pace.flush()
        write_state(self._checkpoint, state.content({**self._assignment.facts, "epoch": epoch, "rows": self._rows}))
        self._has_checkpoint = self._has_kept = True

    def _is_best(self, value: float | None) -> bool:
        if value is None:
            return False
        sign = 1 if self._assignment.mode == "min" else -1
        if self._best is not None and sign * value >= sign * self._best:
            return False
        self._best = value
        return True
