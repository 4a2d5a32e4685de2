"""Writes the checkpoints of a trial of a user's own training from time to time, from what it has saved."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sweep.execution.sources.assignment import FILES, Assignment, Row
from sweep.execution.sources.checkpoint_files import CheckpointPace, find_files, pack_name, write_file
from sweep.execution.sources.pack_checkpoints import UNWRITABLE
from sweep.execution.sources.state import Snapshot, read_facts, snapshot


class TrialCheckpoints:
    """The checkpoints of a trial in training, with the reports up to them.

    A checkpoint holds the last state that was saved, and the reports up to the one that it belongs to. Of a training
    that saves none, but writes files, it holds all reports: the training finds the files where it has left them, and
    its reports that are known are dropped.

    Args:
        assignment: the trial.
        rows: its reports so far, to which others are added.
    """

    def __init__(self, assignment: Assignment, rows: Sequence[Row]) -> None:
        self._assignment = assignment
        self._rows = rows
        self._pace = CheckpointPace(assignment.every)
        self._state: tuple[int, Snapshot] | None = None
        self._epoch = assignment.known_epoch if assignment.checkpoint else 0
        # A checkpoint is also written by the thread that hears that the training is to stop.
        self._lock = threading.Lock()

    @property
    def is_due(self) -> bool:
        """Whether it is time for a checkpoint."""
        return bool(self._assignment.results) and self._pace.is_due

    def remember(self, epoch: int, state: Snapshot) -> None:
        """Hold the state that belongs to the report of an epoch."""
        if self._assignment.results and self._assignment.every:
            self._state = epoch, state

    def write_if_due(self, flush: Callable[[], None]) -> None:
        """Write a checkpoint when it is time; ``flush`` adds a report that is held back, to which it may belong."""
        if self.is_due:
            flush()
            self.write()

    def write(self) -> None:
        """Write a checkpoint, unless there is nothing new to go on from."""
        if not self._assignment.results or not self._assignment.every:
            return
        with self._lock:
            begin = time.monotonic()
            epoch, rows, saved = self._last()
            if epoch <= self._epoch:
                return
            facts = {
                "trials": [self._assignment.trial_id],
                "trial_id": self._assignment.trial_id,
                "epoch": epoch,
                "state_epoch": 0 if saved is None else epoch,
                "rows": rows,
            }
            content = (saved or snapshot(None)).content(facts)
            name = pack_name([self._assignment.trial_id])
            # A full disk must not end the training.
            with contextlib.suppress(*UNWRITABLE):
                write_file(self._assignment.results, name, epoch, content, (Path(self._assignment.checkpoint),))
                self._epoch = epoch
            self._pace.written(time.monotonic() - begin)

    def _last(self) -> tuple[int, Sequence[Row], Snapshot | None]:
        """Return the last epoch to go on from, the reports up to it and its state; epoch 0 if there is none."""
        state, rows = self._state, list(self._rows)
        if state is not None:
            epoch = state[0]
            # A report that came too fast is held back for a moment.
            known = [row for row in rows if row[0] <= epoch]
            return (epoch, known, state[1]) if known and known[-1][0] == epoch else (0, (), None)
        if self._assignment.resumed_epoch or not rows or not self._has_files():
            return 0, (), None
        return rows[-1][0], rows, None

    def _has_files(self) -> bool:
        with contextlib.suppress(OSError), os.scandir(Path(self._assignment.folder) / FILES) as entries:
            return any(entries)
        return False


def known_rows(assignment: Assignment) -> list[Row]:
    """Return the reports of a trial up to where it goes on."""
    if not assignment.resumed_epoch and not assignment.known_epoch:
        return []
    facts = read_facts(Path(assignment.state_file))
    return [(epoch, step, metrics, seconds) for epoch, step, metrics, seconds in (facts or {"rows": ()})["rows"]]


def read_trial(results: str | Path, trial_id: str) -> tuple[Path, Mapping[str, Any]] | None:
    """Return the last checkpoint of a trial that is whole, as its path and its facts; None if there is none."""
    for file in find_files(results, of_pack=pack_name([trial_id])):
        if (content := file.read()) is not None:
            return file.path, content[0]
    return None
