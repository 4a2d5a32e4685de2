"""Median rule: a trial ends if its best score lies below the median of the others' running means."""

from __future__ import annotations

import math
from bisect import bisect_right, insort
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sweep.planning.decision_points import DecisionPoints
from sweep.records import Trial
from sweep.running.schedulers.scheduler import Observation, Settled, Verdict
from sweep.running.schedulers.sorted_scores import SortedScores


class Curve:
    """The best score of a trial, and the running mean of its finite scores from the grace period on."""

    def __init__(self) -> None:
        self.at = -math.inf
        self.best = -math.inf
        self._scores: NDArray[np.float64] = np.empty(16)
        self._times: list[float] = []
        # The mean up to each of the times, computed once.
        self._means: list[float] = []

    def add(self, at: float, score: float, *, counts: bool) -> None:
        """Take a report, whose score counts for the mean if it is finite and the grace period is over."""
        self.at = at
        if not math.isfinite(score):
            return
        self.best = max(self.best, score)
        if counts:
            count = len(self._times) + 1
            if count > len(self._scores):
                self._scores = np.concatenate([self._scores, np.empty_like(self._scores)])
            self._scores[count - 1] = score
            self._times.append(at)
            # What `numpy.mean` computes, whose rounding decides between equal scores, without its overhead.
            self._means.append(float(np.add.reduce(self._scores[:count]) / count))

    def mean(self, at: float) -> float | None:
        """Return the mean of the scores up to a time; None if there are none."""
        count = bisect_right(self._times, at)
        return self._means[count - 1] if count else None


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
    compares_settings = False

    def __init__(self, *, grace_period: float = 1, min_samples_required: int = 3, counter: str = "epoch") -> None:
        self._grace = grace_period
        self._least = min_samples_required
        self._curves: dict[str, Curve] = {}
        # The running means at times at which more than one trial was decided on.
        self._means: dict[float, SortedScores] = {}
        self._times: list[float] = []
        self._asked: set[float] = set()
        self.points = DecisionPoints(counter, start=float(grace_period))

    def add(self, trials: Sequence[Trial]) -> None:
        """Only trials that report count."""

    def observe(self, observation: Observation) -> None:
        """Remember the score."""
        trial, at = observation.trial.id, observation.at
        curve = self._curves.setdefault(trial, Curve())
        if at <= curve.at:
            return
        first = bisect_right(self._times, curve.at)
        curve.add(at, observation.score, counts=at >= self._grace)
        for time in self._times[first : bisect_right(self._times, at)]:
            self._put(time, trial, curve)

    def decide(self, waiting: Sequence[Observation]) -> list[Verdict]:
        """Compare each trial with the others that have come as far."""
        for one in waiting:
            self.observe(one)
        return [self._verdict(one) for one in waiting]

    def end(self, trial: Trial, status: str, rung: float | None = None) -> None:
        """A trial that has ended still counts for the others."""

    def settle(self) -> Settled:
        """No trial is ever paused."""
        return Settled()

    def _verdict(self, observation: Observation) -> Verdict:
        trial = observation.trial.id
        best = self._curves[trial].best
        if not math.isfinite(best):
            return "prune"
        means = self._means_at(observation.at)
        if means.others(trial) < self._least:
            return "continue"
        return "prune" if best < means.median_of_others(trial) else "continue"

    def _means_at(self, at: float) -> SortedScores:
        """The running means of the trials that have come as far; kept from the second time that they are asked for."""
        if at in self._means:
            return self._means[at]
        come = ((trial, curve.mean(at)) for trial, curve in self._curves.items() if curve.at >= at)
        means = SortedScores({trial: mean for trial, mean in come if mean is not None})
        if at in self._asked:
            self._means[at] = means
            insort(self._times, at)
        self._asked.add(at)
        return means

    def _put(self, at: float, trial_id: str, curve: Curve) -> None:
        mean = curve.mean(at)
        if mean is not None:
            self._means[at].put(trial_id, mean)
