"""Patience: a trial ends when its metric has not improved for some reports."""

from __future__ import annotations

from collections.abc import Sequence

from sweep.planning.decision_points import DecisionPoints
from sweep.records import Trial
from sweep.running.schedulers.scheduler import Observation, Settled, Verdict


class Patience:
    """Prunes a trial whose best score is older than ``patience`` on the counter.

    **Variant**: that of Keras' ``EarlyStopping`` and Lightning's: an improvement must exceed ``min_delta``. A report
    without a finite score is no improvement.

    Args:
        patience: how long a trial may go on without an improvement, at least 1.
        min_delta: what an improvement must exceed, 0 or more.
        grace_period: no trial is pruned before it.
        counter: what ``patience`` counts.
    """

    observes = True
    compares_settings = False

    def __init__(
        self, *, patience: float, min_delta: float = 0.0, grace_period: float = 1, counter: str = "epoch"
    ) -> None:
        self._patience = patience
        self._delta = min_delta
        self._best: dict[str, tuple[float, float]] = {}
        self.points = DecisionPoints(counter, start=float(max(grace_period, patience + 1)))

    def add(self, trials: Sequence[Trial]) -> None:
        """Each trial is compared with itself alone."""

    def observe(self, observation: Observation) -> None:
        """Remember the best score."""
        best, at = self._best.get(observation.trial.id, (-float("inf"), observation.at))
        if observation.is_sound and observation.score > best + (self._delta if best > -float("inf") else 0.0):
            best, at = observation.score, observation.at
        self._best[observation.trial.id] = best, at

    def decide(self, waiting: Sequence[Observation]) -> list[Verdict]:
        """Prune the trials whose best score is too old."""
        for one in waiting:
            self.observe(one)
        return ["prune" if one.at - self._best[one.trial.id][1] >= self._patience else "continue" for one in waiting]

    def end(self, trial: Trial, status: str, rung: float | None = None) -> None:
        """Forget the trial."""
        self._best.pop(trial.id, None)

    def settle(self) -> Settled:
        """No trial is ever paused."""
        return Settled()
