"""Median rule: a trial ends if its best score lies below the median of the others' running means."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sweep.planning.decision_points import DecisionPoints
from sweep.records import Trial
from sweep.running.schedulers.scheduler import Observation, Settled, Verdict


class MedianStopping:
    """Prunes a trial whose best score so far is worse than the median of the running means of the others.

    The running mean of a trial is that of its scores from the grace period to the time of the decision; only trials
    count that have come at least as far.

    **Variant**: that of Ray's ``MedianStoppingRule`` with ``hard_stop`` and without time slices. Trials that report
    together, in one pack, each count for the others. A report without a finite score is left out of the means, and a
    trial that has no finite score is pruned.

    Args:
        grace_period: no trial is pruned before it.
        min_samples_required: least number of other trials.
        counter: what the grace period counts.

    Reference: Golovin et al., Google Vizier, 2017, section 3.2.2.
    """

    observes = True

    def __init__(self, *, grace_period: float = 1, min_samples_required: int = 3, counter: str = "epoch") -> None:
        self._grace = grace_period
        self._least = min_samples_required
        self._reports: dict[str, list[tuple[float, float]]] = {}
        self.points = DecisionPoints(counter, start=float(grace_period))

    def add(self, trials: Sequence[Trial]) -> None:
        """Only trials that report count."""

    def observe(self, observation: Observation) -> None:
        """Remember the score."""
        reports = self._reports.setdefault(observation.trial.id, [])
        if not reports or observation.at > reports[-1][0]:
            reports.append((observation.at, observation.score))

    def decide(self, waiting: Sequence[Observation]) -> list[Verdict]:
        """Compare each trial with the others that have come as far."""
        for one in waiting:
            self.observe(one)
        return [self._verdict(one) for one in waiting]

    def end(self, trial: Trial, status: str) -> None:
        """A trial that has ended still counts for the others."""

    def settle(self) -> Settled:
        """No trial is ever paused."""
        return Settled()

    def _verdict(self, observation: Observation) -> Verdict:
        mine = [score for _, score in self._reports[observation.trial.id] if np.isfinite(score)]
        if not mine:
            return "prune"
        means = [
            mean
            for trial, reports in self._reports.items()
            if trial != observation.trial.id and reports[-1][0] >= observation.at
            if (mean := self._running_mean(reports, observation.at)) is not None
        ]
        if len(means) < self._least:
            return "continue"
        return "prune" if max(mine) < np.median(means) else "continue"

    def _running_mean(self, reports: Sequence[tuple[float, float]], at: float) -> float | None:
        scores = [score for time, score in reports if self._grace <= time <= at and np.isfinite(score)]
        return float(np.mean(scores)) if scores else None
