"""Synchronous successive halving: at each rung all trials wait for each other, and the best go on."""

from __future__ import annotations

from collections.abc import Sequence

from sweep.planning.decision_points import DecisionPoints
from sweep.records import Trial
from sweep.running.schedulers.brackets import Bracket, Brackets
from sweep.running.schedulers.scheduler import Observation, Settled, Verdict, rungs


class SuccessiveHalving:
    """Keeps 1 / reduction_factor of the trials at each rung.

    Trials that are planned together are one bracket: all of a sweep whose settings are known at its start, and each
    set of proposals of a method that proposes as results come. Of n trials, ``n / reduction_factor ** k``, rounded
    down, and at least one, go on from rung k, whatever the number of workers. Equal scores are kept in the order of
    the plan; a trial without a finite score is pruned; one that ends by itself leaves its place to the others.

    Args:
        grace_period: the first rung, at least 1.
        reduction_factor: above 1.
        max_t: where trials end by themselves.
        counter: what rungs count.

    Reference: Jamieson and Talwalkar, Non-stochastic Best Arm Identification and Hyperparameter Optimization, 2016,
    figure 3.
    """

    observes = False
    compares_settings = True

    def __init__(
        self, *, grace_period: float = 1, reduction_factor: float = 3, max_t: float, counter: str = "epoch"
    ) -> None:
        self._factor = reduction_factor
        self._rungs = rungs(grace_period, reduction_factor, max_t)
        self._cohort = Bracket(self._rungs, ())
        self._brackets = Brackets(lambda trial: self._cohort)
        self.points = DecisionPoints(counter, self._rungs)

    def add(self, trials: Sequence[Trial]) -> None:
        """Make a bracket of these trials."""
        kept = [max(1, int(len(trials) / self._factor ** (level + 1))) for level in range(len(self._rungs))]
        self._cohort = Bracket(self._rungs, kept)
        self._brackets.add(trials)

    def observe(self, observation: Observation) -> None:
        """Only rungs count."""

    def decide(self, waiting: Sequence[Observation]) -> list[Verdict]:
        """Let trials wait for the others of their bracket."""
        return self._brackets.decide(waiting)

    def end(self, trial: Trial, status: str, rung: float | None = None) -> None:
        """Wait for this trial no longer."""
        self._brackets.end(trial, rung)

    def settle(self) -> Settled:
        """Return which paused trials go on, and which end."""
        return self._brackets.settle()
