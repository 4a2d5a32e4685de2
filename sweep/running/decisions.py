"""Passes what trials report on to a scheduler, and keeps its decisions until they are carried out."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Literal

import numpy as np

from sweep.planning.metric_demand import POPULATION_TAG, SCHEDULER_TAG
from sweep.records import ENDED_WELL, Exploit, Setting, Trial, TrialResult
from sweep.running.reports import Report
from sweep.running.schedulers.pbt import PopulationBasedTraining
from sweep.running.schedulers.scheduler import Observation, Scheduler, Settled, Verdict, sign_of
from trainers.loop import Ended


class Decisions:
    """A scheduler, and what it has been told and has decided so far.

    A report of a trial counts once, also if its pack is trained again, so that a decision stays as it is. A trial is
    decided on by the mean of all seeds of its setting that have come to the same point, with it or before it, so that a
    setting is not left with its lucky seeds; where trials wait for each other anyway, a rule takes the mean over all.

    Args:
        scheduler: decides.
        metric: name of the metric that it decides by.
        mode: whether small or large values of the metric are better.
        rule: identifies the scheduler and its arguments, in a tag of each trial that it ends.
        cohorts: ids of the trials that are planned together, in the order of the plan; others follow in that in which
            they come. A sweep that goes on trains what is left of several cohorts at once.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        metric: str,
        mode: Literal["min", "max"],
        rule: str = "",
        cohorts: Iterable[Iterable[str]] = (),
    ) -> None:
        self._scheduler = scheduler
        self.tags: Mapping[str, str] = {SCHEDULER_TAG: rule} if rule else {}
        self._place: dict[str, tuple[float, int]] = {
            trial: (cohort, place) for cohort, members in enumerate(cohorts) for place, trial in enumerate(members)
        }
        self._trials: dict[str, Trial] = {}
        self._known: list[TrialResult] = []
        self._metric = metric
        self._sign = sign_of(mode)
        self._seen: dict[str, float] = {}
        self._scores: dict[str, float] = {}
        self._together: defaultdict[tuple[str, float], dict[int, float]] = defaultdict(dict)
        self._decided: dict[str, tuple[float, Verdict]] = {}
        self._population = scheduler if isinstance(scheduler, PopulationBasedTraining) else None
        self.diverged: dict[str, Ended] = {}
        """How trials have ended that wait for the state of another."""

    def restore(self, results: Iterable[TrialResult]) -> None:
        """Remember the results of trials that have ended before, until the first trials are added."""
        self._known = sorted(results, key=lambda result: result.ended_seconds)

    def add(self, trials: Sequence[Trial]) -> None:
        """Take trials that will be trained."""
        known, self._known = self._known, []
        together = [*(result.trial for result in known), *trials]
        self._trials |= {trial.id: trial for trial in together}
        unplaced = math.inf, 0
        ordered = sorted(together, key=lambda trial: self._place.get(trial.id, unplaced))
        for _, cohort in groupby(ordered, key=lambda trial: self._place.get(trial.id, unplaced)[0]):
            self._scheduler.add(list(cohort))
        for result in known:
            self._take_result(result)

    def go_on(self, trial_id: str, at: float, setting: Setting) -> None:
        """Take a trial that an earlier start of the sweep has trained up to an epoch; its setting may have changed."""
        if self._population is not None:
            self._population.go_on(trial_id, at, setting)

    def undo(self, exploit: Exploit) -> None:
        """Take back that a trial takes over the state of another, which has ended meanwhile."""
        if self._population is not None:
            self._population.undo(exploit)

    def held(self, report: Report, trials: Sequence[Trial], left: Collection[int]) -> Report:
        """Return a report in which trials that have diverged only pause, if they can take over another's state.

        All trials that end in it are tagged with the rule, since their numbers depend on the population.

        Args:
            report: the report.
            trials: trials of the pack.
            left: indices of those that have not ended, nor left the pack.
        """
        if self._population is None:
            return report
        ended = []
        for end in report.ended:
            trial = trials[end.trial]
            if end.status == "DIVERGED" and end.trial in left and self._population.lose(trial):
                self.diverged[trial.id] = end
            # A pack that is trained again tells it again.
            waits = end.status == "DIVERGED" and trial.id in self.diverged
            ended.append(Ended(end.trial, "PAUSED", 0) if waits else end)
        return replace(report, ended=tuple(ended), tags={**report.tags, **self.population_tags})

    @property
    def population_tags(self) -> Mapping[str, str]:
        """Tags of each trial of a population."""
        return {} if self._population is None else {POPULATION_TAG: self.tags.get(SCHEDULER_TAG, "")}

    def _take_result(self, result: TrialResult) -> None:
        """Take all reports of a trial that has ended before, on which nothing is decided any more."""
        if self._population is not None:
            # Its state is gone, so that it gives nothing to the others.
            self._scheduler.end(result.trial, result.status)
            return
        points, before = self._scheduler.points, 0.0
        counters = result.epochs.get(points.counter, ())
        scores = result.epochs.get(self._metric, np.full(len(counters), np.nan))
        # A trial that has ended by itself did not wait at its last report.
        decided = len(counters) - (result.status in ENDED_WELL)
        for row, (counter, score) in enumerate(zip(counters, scores, strict=True)):
            observation = Observation(result.trial, float(counter), self._sign * float(score))
            self._observe(observation)
            if row < decided and points.passed(before, observation.at) is not None:
                self._scheduler.decide(self._judged([observation]))
            before = observation.at
        self._scheduler.end(result.trial, result.status, result.pruned_rung)

    def value_of(self, trial_id: str) -> float | None:
        """Return the metric of a trial at its last report; None if it has none or is not finite."""
        score = self._scores.get(trial_id, np.nan)
        return self._sign * score if np.isfinite(score) else None

    def has_waited(self, trial_id: str) -> bool:
        """Whether a trial has come to where it was decided on."""
        return trial_id in self._decided

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
        if not waiting and not self._scheduler.observes:
            return {}
        counters, scores = self._columns(report)
        members = report.trials.tolist()
        last = {trial: row for row, trial in enumerate(members)}
        if self._scheduler.observes:
            decided = {last[trial] for trial in waiting}
            for row, trial in enumerate(members):
                if row not in decided:
                    self._observe(Observation(trials[trial], counters[row], scores[row]))
        found = [(trial, Observation(trials[trial], counters[last[trial]], scores[last[trial]])) for trial in waiting]
        new = [one for _, one in found if self._is_new(one)]
        for one, verdict in zip(new, self._scheduler.decide(self._judged(new)), strict=True):
            self._seen[one.trial.id], self._scores[one.trial.id] = one.at, one.score
            self._decided[one.trial.id] = one.at, verdict
        return {trial: self._verdict(one) for trial, one in found}

    def _verdict(self, observation: Observation) -> Verdict:
        """What was decided on a trial where it waits; a trial that is trained again passes the points behind it."""
        at, verdict = self._decided.get(observation.trial.id, (np.inf, "continue"))
        return verdict if observation.at >= at else "continue"

    def end(self, trial: Trial, status: str) -> None:
        """Take the end of a trial that was not decided on."""
        self._scheduler.end(trial, status)

    def cancel(self, trial_id: str) -> None:
        """Take a trial that the user ends."""
        if trial_id in self._trials:
            self._scheduler.end(self._trials[trial_id], "CANCELLED")

    def settle(self) -> Settled:
        """Return what has become of paused trials since the last call."""
        settled = self._scheduler.settle()
        # A trial of a population pauses in any case, as its pack is split: also if it is trained again.
        for trial in settled.resumed if self._population is None else ():
            self._decided[trial] = self._decided[trial][0], "continue"
        for one in settled.pruned:
            if one.trial_id in self._decided:
                self._decided[one.trial_id] = self._decided[one.trial_id][0], "prune"
        return settled

    def _judged(self, waiting: Sequence[Observation]) -> list[Observation]:
        """Give each trial the mean of the scores of its setting, unless the rule takes it itself."""
        if self._scheduler.compares_settings:
            return list(waiting)
        together = [self._together[one.trial.arm.id, one.at] for one in waiting]
        for one, scores in zip(waiting, together, strict=True):
            scores[one.trial.seed] = one.score
        return [
            one if len(scores) == 1 else replace(one, score=float(np.mean(list(scores.values()))))
            for one, scores in zip(waiting, together, strict=True)
        ]

    def _observe(self, observation: Observation) -> None:
        if self._is_new(observation):
            self._seen[observation.trial.id] = observation.at
            self._scores[observation.trial.id] = observation.score
            self._scheduler.observe(observation)

    def _is_new(self, observation: Observation) -> bool:
        return observation.at > self._seen.get(observation.trial.id, -np.inf)

    def _columns(self, report: Report) -> tuple[list[float], list[float]]:
        """The counter and the score of each row; NaN where they were not reported."""
        counter = self._scheduler.points.counter
        counters = report.epochs.astype(np.float64).tolist() if counter == "epoch" else report.column(counter)
        return counters, [self._sign * score for score in report.column(self._metric)]
