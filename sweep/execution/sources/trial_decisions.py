"""Lets a trial of a user's own training wait for a scheduler's decision, and pause with a checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

from sweep.execution.sources.assignment import Assignment, Row
from sweep.execution.sources.state import Snapshot, snapshot, write_state
from sweep.planning.decision_points import DecisionPoints

Answer: TypeAlias = Literal["continue", "stop", "pause"]


class TrialDecisions:
    """Where a trial waits, and what it leaves when it pauses.

    Args:
        assignment: the trial.
        wait: waits for a scheduler's decision, which it returns.
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
        self._saved: tuple[int, Snapshot] | None = None

    @property
    def may_pause(self) -> bool:
        """Whether a state that is saved now may be the one that the trial goes on from."""
        return self._points is not None or self._should_pause()

    def remember(self, epoch: int, state: Snapshot) -> None:
        """Hold the state that belongs to the report of an epoch, in case that the trial pauses."""
        if self.may_pause:
            self._saved = epoch, state

    def answer(self, row: Row, *, waits: bool) -> Answer:
        """Return whether the trial goes on after a report, which may mean to wait.

        Args:
            row: the report.
            waits: whether a scheduler decides on it.
        """
        if waits:
            return self._wait(row)
        # After its last epoch a trial ends by itself.
        return "pause" if self._should_pause() and row[0] != self._assignment.epochs else "continue"

    def write_pause(self, rows: Sequence[Row], restore: Callable[[], Any]) -> None:
        """Write the last state that was saved, and all reports.

        Args:
            rows: the reports, of which the last is the one after which the trial pauses.
            restore: returns the state that the trial has gone on from, None for none.
        """
        epoch, saved = self._saved or (0, snapshot(None))
        if self._saved is None and (restored := restore()) is not None:
            epoch, saved = self._assignment.resumed_epoch, snapshot(restored)
        facts = {
            "trial_id": self._assignment.trial_id,
            "epoch": rows[-1][0],
            "state_epoch": epoch,
            "rows": list(rows),
        }
        path = Path(self._assignment.paused)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_state(path, saved.content(facts))

    def is_decided_at(self, row: Row) -> bool:
        """Whether a scheduler decides on a report, which is not the last one."""
        if self._points is None or row[0] == self._assignment.epochs:
            return False
        before, self._reached = self._reached, max(self._reached, self._counter(row))
        return self._points.passed(before, self._reached) is not None

    def _counter(self, row: Row) -> float:
        """What the scheduler counts, at a report; 0 where it was not reported."""
        if self._points is None:
            return 0.0
        epoch, step, metrics, _ = row
        counters = {**metrics, "epoch": float(epoch), "steps": float(epoch if step is None else step)}
        return counters.get(self._points.counter, 0.0)
