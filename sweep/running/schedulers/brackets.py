"""Brackets of synchronous rules: trials wait at a rung until all of the bracket have come, and the best go on."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence

from sweep.records import Trial
from sweep.running.schedulers.scheduler import Observation, Pruned, Settled, Verdict


class Bracket:
    """Trials that are compared with each other, by the mean over the seeds of their setting.

    Args:
        rungs: ascending values of the counter at which the trials wait for each other.
        kept: how many trials go on from each rung.
        most: how many trials there are at the first rung.
        later_wins: whether the trial that was added later goes on where scores are equal.
    """

    def __init__(
        self, rungs: Sequence[float], kept: Sequence[int], most: int | None = None, *, later_wins: bool = False
    ) -> None:
        self._rungs = rungs
        self._most = most
        self._kept = kept
        self._later_wins = later_wins
        self._scores: list[dict[str, Observation]] = [{} for _ in rungs]
        self._reached: dict[str, int] = {}
        self._ended: set[str] = set()
        self._level = 0

    @property
    def is_full(self) -> bool:
        """Whether as many trials are left as the current rung takes."""
        most = self._kept[self._level - 1] if self._level else self._most
        return most is not None and len(self._reached) >= most

    def add(self, trial_id: str) -> None:
        """Add a trial, which begins."""
        self._reached[trial_id] = 0

    def take(self, observation: Observation) -> bool:
        """Take the score of a trial; returns whether the trial has to wait at this point."""
        trial = observation.trial.id
        if trial not in self._reached:
            return False
        before = level = self._reached[trial]
        # Where reports are far apart, one of them may reach several rungs.
        while level < len(self._rungs) and observation.at >= self._rungs[level]:
            self._scores[level][trial] = observation
            level += 1
        self._reached[trial] = level
        return level > before and level > self._level

    def end(self, trial_id: str, rung: float | None = None) -> None:
        """Wait no longer for a trial that has ended; it counts at the rungs that it has reached, below ``rung``."""
        self._ended.add(trial_id)
        for at, scores in zip(self._rungs, self._scores, strict=True):
            if rung is not None and at >= rung:
                scores.pop(trial_id, None)

    def settle(self) -> Settled:
        """Once all trials have reached a rung, return which go on and which end; else nothing."""
        pruned: list[Pruned] = []
        resumed: tuple[str, ...] = ()
        while self._level < len(self._rungs) and self._has_come():
            good = self._best()
            rung = self._rungs[self._level]
            bad = [trial for trial in self._reached if trial not in good]
            pruned += [Pruned(trial, rung) for trial in bad if trial not in self._ended]
            self._level += 1
            self._reached = {trial: level for trial, level in self._reached.items() if trial in good}
            going = (trial for trial, level in self._reached.items() if level == self._level)
            resumed = tuple(trial for trial in going if trial not in self._ended)
        return Settled(resumed, tuple(pruned))

    def _has_come(self) -> bool:
        return bool(self._reached) and all(
            level > self._level or trial in self._ended for trial, level in self._reached.items()
        )

    def _best(self) -> set[str]:
        """The trials that go on from the current rung."""
        scores = self._scores[self._level]
        seeds: defaultdict[str, list[float]] = defaultdict(list)
        for one in scores.values():
            seeds[one.trial.arm.id].append(one.score)
        mean = {arm: sum(found) / len(found) for arm, found in seeds.items()}
        means = {trial: mean[one.trial.arm.id] for trial, one in scores.items()}
        order = [trial for trial in self._reached if math.isfinite(means.get(trial, math.nan))]
        if self._later_wins:
            order.reverse()
        # A stable sort: equal scores stay in their order.
        order.sort(key=lambda trial: -means[trial])
        return set(order[: self._kept[self._level]])


class Brackets:
    """The brackets of a sweep, each of which goes from rung to rung by itself.

    Args:
        place: returns the bracket for the next trial; called with the trial.
    """

    def __init__(self, place: Callable[[Trial], Bracket]) -> None:
        self._place = place
        self._bracket_of: dict[str, Bracket] = {}
        self._unsettled: list[Settled] = []

    def add(self, trials: Sequence[Trial]) -> None:
        """Give each new trial its bracket."""
        for trial in trials:
            if trial.id not in self._bracket_of:
                bracket = self._bracket_of[trial.id] = self._place(trial)
                bracket.add(trial.id)

    def decide(self, waiting: Sequence[Observation]) -> list[Verdict]:
        """Let trials wait at their rung, unless they are the last to come."""
        waits = [(one, self._take(one)) for one in waiting]
        verdicts: dict[str, Verdict] = {}
        for bracket in {id(one): one for _, one in waits if one is not None}.values():
            found = bracket.settle()
            here = {one.trial.id for one, its in waits if its is bracket}
            verdicts |= dict.fromkeys(here, "pause")
            verdicts |= {trial: "continue" for trial in found.resumed if trial in here}
            verdicts |= {one.trial_id: "prune" for one in found.pruned if one.trial_id in here}
            self._unsettled.append(
                Settled(
                    tuple(trial for trial in found.resumed if trial not in here),
                    tuple(one for one in found.pruned if one.trial_id not in here),
                )
            )
        return [verdicts.get(one.trial.id, "continue") for one in waiting]

    def end(self, trial: Trial, rung: float | None = None) -> None:
        """Wait no longer for a trial, for which others may have waited."""
        bracket = self._bracket_of.get(trial.id)
        if bracket is not None:
            bracket.end(trial.id, rung)
            self._unsettled.append(bracket.settle())

    def settle(self) -> Settled:
        """Return what has become of paused trials since the last call."""
        found, self._unsettled = self._unsettled, []
        return Settled(
            tuple(trial for one in found for trial in one.resumed), tuple(end for one in found for end in one.pruned)
        )

    def _take(self, observation: Observation) -> Bracket | None:
        bracket = self._bracket_of[observation.trial.id]
        return bracket if bracket.take(observation) else None
