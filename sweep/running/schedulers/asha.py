"""Asynchronous successive halving: a trial goes on if it is among the best that have reached its rung so far."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sweep.planning.decision_points import DecisionPoints
from sweep.records import Trial
from sweep.running.schedulers.scheduler import Observation, Settled, Verdict, rungs
from sweep.running.schedulers.sorted_scores import SortedScores


class AsyncSuccessiveHalving:
    """Prunes a trial whose score lies below the ``1 - 1 / reduction_factor`` quantile of the others at its rung.

    **Variant**: that of Ray's ``AsyncHyperBandScheduler``, in which a trial never waits for others and is never
    promoted later. Trials that reach a rung together, in one pack, are each compared with all others at that rung, so
    that their order does not matter; in Ray, one that comes earlier is compared with fewer. A trial without a finite
    score is pruned.

    Args:
        grace_period: the first rung, at least 1.
        reduction_factor: 1 / reduction_factor of the trials of a rung go on; above 1.
        max_t: where trials end by themselves.
        brackets: number of brackets, each of which begins one rung later.
        counter: what rungs count.
        seed: of the choice of a bracket.

    Reference: Li et al., A System for Massively Parallel Hyperparameter Tuning, 2020, algorithm 2.
    """

    observes = False
    compares_settings = False

    def __init__(
        self,
        *,
        grace_period: float = 1,
        reduction_factor: float = 3,
        max_t: float,
        brackets: int = 1,
        counter: str = "epoch",
        seed: int = 0,
    ) -> None:
        # In percent and back, as by Ray, whose rounding decides between equal scores.
        self._share = (1 - 1 / reduction_factor) * 100 / 100
        self._rungs = [rungs(grace_period, reduction_factor, max_t, bracket) for bracket in range(brackets)]
        self._scores: dict[tuple[int, float], SortedScores] = {}
        self._bracket_of: dict[str, int] = {}
        self._generator = np.random.default_rng(np.random.SeedSequence(seed))
        self.points = DecisionPoints(counter, tuple(sorted({rung for found in self._rungs for rung in found})))

    def add(self, trials: Sequence[Trial]) -> None:
        """Choose a bracket for each trial; those with more rungs are chosen more often, by a softmax as in Ray."""
        sizes = np.array([len(found) for found in self._rungs], dtype=np.float64)
        weights = np.exp(sizes - sizes.max())
        for trial in trials:
            if trial.id not in self._bracket_of:
                chosen = self._generator.choice(len(sizes), p=weights / weights.sum())
                self._bracket_of[trial.id] = int(chosen)

    def observe(self, observation: Observation) -> None:
        """Only rungs count."""

    def decide(self, waiting: Sequence[Observation]) -> list[Verdict]:
        """Compare each trial with all others that have reached its rung."""
        at = [self._rung(one) for one in waiting]
        for one, key in zip(waiting, at, strict=True):
            if key is not None and one.is_sound:
                scores = self._scores.setdefault(key, SortedScores())
                if one.trial.id not in scores:
                    scores.put(one.trial.id, one.score)
        return [self._verdict(one, key) for one, key in zip(waiting, at, strict=True)]

    def end(self, trial: Trial, status: str, rung: float | None = None) -> None:
        """A trial that has ended stays at the rungs that it has reached."""

    def settle(self) -> Settled:
        """No trial is ever paused."""
        return Settled()

    def _rung(self, observation: Observation) -> tuple[int, float] | None:
        """The highest rung that the trial has reached, with its bracket; None before the first."""
        bracket = self._bracket_of.get(observation.trial.id, 0)
        reached = [rung for rung in self._rungs[bracket] if rung <= observation.at]
        return (bracket, reached[-1]) if reached else None

    def _verdict(self, observation: Observation, key: tuple[int, float] | None) -> Verdict:
        if key is None:
            return "continue"
        if not observation.is_sound:
            return "prune"
        scores = self._scores[key]
        if not scores.others(observation.trial.id):
            return "continue"
        cutoff = scores.quantile_of_others(observation.trial.id, self._share)
        return "prune" if observation.score < cutoff else "continue"
