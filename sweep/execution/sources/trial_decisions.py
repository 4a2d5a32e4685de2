"""Lets a trial of a user's own training wait for a scheduler's decision, and pause with a checkpoint."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from sweep.execution.sources.assignment import Assignment, Row, drop_paused, paused_file
from sweep.execution.sources.state import Snapshot, snapshot, write_state
from sweep.execution.sources.trial_checkpoints import TrialCheckpoints
from sweep.planning.decision_points import DecisionPoints

Answer: TypeAlias = Literal["continue", "stop", "pause"]


class TrialDecisions:
    """Where a trial waits, and what it leaves when it pauses.

    Args:
        assignment: the trial.
        wait: takes a report and waits for a scheduler's decision, which it returns.
        should_pause: whether the trial was told to pause.
        rows: the reports that it has behind it.
    """

    def __init__(
        self,
        assignment: Assignment,
        wait: Callable[[Row], Answer],
        should_pause: Callable[[], bool],
        rows: Sequence[Row],
    ) -> None:
        self._assignment = assignment
        self._wait = wait
        self._should_pause = should_pause
        self._points = None if assignment.decisions is None else DecisionPoints.from_mapping(assignment.decisions)
        self._reached = max((self._counter(row) for row in rows), default=0.0)
        if self._points is not None and self._points.counter == "epoch":
            # A trial that takes over from another may lack the last reports before.
            self._reached = max(self._reached, float(assignment.known_epoch))
        self._saved: tuple[int, Snapshot] | None = None
        self.checkpoints = TrialCheckpoints(assignment, rows)

    @property
    def may_pause(self) -> bool:
        """Whether a state that is saved now may be the one that the trial goes on from."""
        return self._points is not None or self._should_pause()

    @property
    def keeps_state(self) -> bool:
        """Whether a state that is saved now is used: for a pause, or for a checkpoint that is due."""
        return self.may_pause or self.checkpoints.is_due

    def remember(self, epoch: int, state: Snapshot) -> None:
        """Hold the state that belongs to the report of an epoch, in case that the trial pauses or is interrupted."""
        self.checkpoints.remember(epoch, state)
        if self.may_pause:
            self._saved = epoch, state

    def is_due(self, row: Row) -> bool:
        """Whether a scheduler decides on the trial at a report, which is not its last."""
        if self._points is None or row[0] == self._assignment.epochs:
            return False
        before, self._reached = self._reached, max(self._reached, self._counter(row))
        return self._points.passed(before, self._reached) is not None

    def ask(self, row: Row) -> Answer:
        """Send a report and wait for a decision."""
        return self._wait(row)

    def should_pause(self, row: Row) -> bool:
        """Whether the trial was told to pause, after a report that is not its last."""
        return self._should_pause() and row[0] != self._assignment.epochs

    def write_pause(self, rows: Sequence[Row], restore: Callable[[], object]) -> None:
        """Write the last state that was saved, and all reports.

        Args:
            rows: the reports, of which the last is the one after which the trial pauses.
            restore: returns the state from which the trial has gone on; None if it has begun anew.
        """
        if self._saved is None:
            restored = restore()
            epoch = 0 if restored is None else self._assignment.resumed_epoch
            saved = snapshot(restored)
        else:
            epoch, saved = self._saved
        facts = {
            "trial_id": self._assignment.trial_id,
            "epoch": rows[-1][0],
            "state_epoch": epoch,
            "rows": list(rows),
        }
        folder, trial, epoch = Path(self._assignment.paused), self._assignment.trial_id, rows[-1][0]
        folder.mkdir(parents=True, exist_ok=True)
        write_state(paused_file(folder, trial, epoch), saved.content(facts))
        drop_paused(folder, trial, (epoch, self._assignment.known_epoch))

    def _counter(self, row: Row) -> float:
        """What the scheduler counts, at a report; 0 where it was not reported, or is not finite."""
        if self._points is None:
            return 0.0
        epoch, step, metrics, _ = row
        counters = {**metrics, "epoch": float(epoch), "steps": float(epoch if step is None else step)}
        counter = counters.get(self._points.counter, 0.0)
        return counter if math.isfinite(counter) else 0.0
