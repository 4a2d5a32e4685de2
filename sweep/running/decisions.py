"""Passes what trials report on to a scheduler, and keeps its decisions until they are carried out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sweep.records import Trial
from sweep.running.reports import Report
from sweep.running.schedulers.scheduler import Observation, Scheduler, Settled, Verdict, sign_of


class Decisions:
    """A scheduler, and what it has been told and has decided so far.

    A report of a trial counts once, also if its pack is trained again, so that a decision stays as it is.

    Args:
        scheduler: decides.
        metric: name of the metric that it decides by.
        mode: whether small or large values of the metric are better.
    """

    def __init__(self, scheduler: Scheduler, metric: str, mode: Literal["min", "max"]) -> None:
        self._scheduler = scheduler
        self._metric = metric
        self._sign = sign_of(mode)
        self._seen: dict[str, float] = {}
        self._scores: dict[str, float] = {}
        self._decided: dict[str, tuple[float, Verdict]] = {}

    def add(self, trials: Sequence[Trial]) -> None:
        """Take trials that will be trained."""
        self._scheduler.add(trials)

    def value_of(self, trial_id: str) -> float | None:
        """Return the metric of a trial at its last report; None if it has none or is not finite."""
        score = self._scores.get(trial_id, np.nan)
        return self._sign * score if np.isfinite(score) else None

    def rung_of(self, trial_id: str) -> float:
        """Return the value of the counter at the last decision on a trial."""
        return self._decided[trial_id][0]

    def take(self, report: Report, trials: Sequence[Trial], waiting: Sequence[int]) -> dict[int, Verdict]:
        """Take a report; returns the verdicts on the trials that wait.

        Args:
            report: the report.
            trials: trials of the pack.
            waiting: indices of those that wait at their last row.
        """
        last = {int(trial): row for row, trial in enumerate(report.trials)} if waiting else {}
        rows = range(len(report.trials)) if self._scheduler.observes else ()
        counters, scores = self._columns(report)
        for row in rows:
            trial = int(report.trials[row])
            if trial not in waiting or last[trial] != row:
                self._observe(Observation(trials[trial], float(counters[row]), float(scores[row])))
        found = [
            (trial, Observation(trials[trial], float(counters[last[trial]]), float(scores[last[trial]])))
            for trial in waiting
        ]
        new = [(trial, one) for trial, one in found if self._is_new(one)]
        for (_, one), verdict in zip(new, self._scheduler.decide([one for _, one in new]), strict=True):
            self._seen[one.trial.id], self._scores[one.trial.id] = one.at, one.score
            self._decided[one.trial.id] = one.at, verdict
        return {trial: self._decided.get(one.trial.id, (0.0, "continue"))[1] for trial, one in found}

    def end(self, trial: Trial, status: str) -> None:
        """Take the end of a trial that was not decided on."""
        self._scheduler.end(trial, status)

    def settle(self) -> Settled:
        """Return what has become of paused trials since the last call."""
        settled = self._scheduler.settle()
        for trial in settled.resumed:
            self._decided[trial] = self._decided[trial][0], "continue"
        return settled

    def _observe(self, observation: Observation) -> None:
        if self._is_new(observation):
            self._seen[observation.trial.id] = observation.at
            self._scores[observation.trial.id] = observation.score
            self._scheduler.observe(observation)

    def _is_new(self, observation: Observation) -> bool:
        return observation.at > self._seen.get(observation.trial.id, -np.inf)

    def _columns(self, report: Report) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The counter and the score of each row; NaN where they were not reported."""
        counter = self._scheduler.points.counter
        missing = np.full(len(report.trials), np.nan)
        columns = dict(zip(report.names, report.values.T, strict=True)) if len(report.trials) else {}
        counters = report.epochs.astype(np.float64) if counter == "epoch" else columns.get(counter, missing)
        return counters, self._sign * columns.get(self._metric, missing)
