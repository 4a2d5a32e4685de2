"""HyperBand: several brackets of synchronous successive halving, which begin with more or fewer trials."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sweep.planning.decision_points import DecisionPoints
from sweep.records import Trial
from sweep.running.schedulers.brackets import Bracket, Brackets
from sweep.running.schedulers.scheduler import Observation, Settled, Verdict


class HyperBand:
    """Fills brackets with trials in their order; bracket s prunes s times.

    With R = ``max_t`` and η = ``reduction_factor``, there are S = round(log R / log η) + 1 brackets in a band. Bracket
    s = 0, 1, ..., S - 1 takes n = ceil(S / (s + 1) · η ** s) trials, whose first rung is at r = int(R / η ** s); at
    each rung ceil(n / η) go on to η · r. A band that is full is followed by another.

    **Variant**: that of Ray's ``HyperBandScheduler``, which begins with the bracket that never prunes, rounds up, and
    halves a bracket that is not full once all of its trials have come. Where scores are equal, the trial that was added
    later goes on, as there. A trial without a finite score is pruned; Ray sorts NaN anywhere.

    Args:
        reduction_factor: above 1.
        max_t: where trials end by themselves.
        counter: what rungs count.

    Reference: Li et al., Hyperband, 2018, algorithm 1.
    """

    observes = False
    compares_settings = True

    def __init__(self, *, reduction_factor: float = 3, max_t: float, counter: str = "epoch") -> None:
        self._factor, self._most = reduction_factor, max_t
        self._size = round(math.log(max_t) / math.log(reduction_factor)) + 1
        self._next = 0
        self._open: Bracket | None = None
        self._brackets = Brackets(self._place)
        points = {rung for level in range(self._size) for rung in self._rungs(level)}
        self.points = DecisionPoints(counter, tuple(sorted(points)))

    def add(self, trials: Sequence[Trial]) -> None:
        """Fill the brackets with these trials, in their order."""
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

    def _rungs(self, level: int) -> tuple[float, ...]:
        """The rungs of bracket s, without the one at which trials end by themselves."""
        first = int(self._most * self._factor**-level)
        found: list[float] = []
        rung = float(first)
        for _ in range(level):
            if 0 < rung < self._most:
                found.append(rung)
            rung = float(int(min(rung * self._factor, self._most)))
        return tuple(found)

    def _place(self, trial: Trial) -> Bracket:
        """Return the bracket that is open, or the next one that has a first rung."""
        if self._open is None or self._open.is_full:
            level = self._next % self._size
            while int(self._most * self._factor**-level) == 0:
                self._next += 1
                level = self._next % self._size
            self._next += 1
            rungs = self._rungs(level)
            most = math.ceil(self._size / (level + 1) * self._factor**level)
            kept, left = [], most
            for _ in rungs:
                left = math.ceil(left / self._factor)
                kept.append(left)
            self._open = Bracket(rungs, kept, most, later_wins=True)
        return self._open
