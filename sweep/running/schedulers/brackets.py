"""Brackets of synchronous rules: trials wait at a rung until all of the bracket have come, and the best go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sweep.records import Trial
from sweep.running.schedulers.scheduler import Observation, Pruned, Settled, Verdict


@dataclass
class Bracket:
    """Trials that are compared with each other.

    Args:
        rungs: ascending values of the counter at which the trials wait for each other.
        kept: how many go on from each rung.
        later_wins: whether the trial that was added later goes on where scores are equal.
        trials: ids of the trials that have not ended, in the order in which they were added -> their score at the
            current rung; None for a trial that has not reached it.
    """

    rungs: Sequence[float]
    kept: Sequence[int]
    later_wins: bool = False
    trials: dict[str, Observation | None] = field(default_factory=dict)
    _level: int = 0

    @property
    def rung(self) -> float | None:
        """The rung at which the trials wait next; None after the last."""
        return self.rungs[self._level] if self._level < len(self.rungs) else None

    def take(self, observation: Observation) -> bool:
        """Take the score of a trial; returns whether the trial has to wait at this point."""
        rung = self.rung
        if rung is None or observation.at < rung:
            return False
        self.trials[observation.trial.id] = observation
        return True

    def settle(self) -> Settled:
        """Once all trials have reached the rung, return which go on and which end; else nothing."""
        pruned: list[Pruned] = []
        resumed: dict[str, None] = {}
        while (rung := self.rung) is not None and self.trials and None not in self.trials.values():
            good = self._halve(rung, pruned)
            self._level += 1
            # Where reports are far apart, a trial has reached the next rung too.
            ahead = {trial for trial, one in good.items() if self.rung is not None and one.at >= self.rung}
            self.trials = {trial: one if trial in ahead else None for trial, one in good.items()}
            resumed = {trial: None for trial in (*resumed, *good) if trial in good and trial not in ahead}
        return Settled(tuple(resumed), tuple(pruned))

    def _halve(self, rung: float, pruned: list[Pruned]) -> dict[str, Observation]:
        """Return the trials that go on from a rung, in the order of their scores, and add the others to ``pruned``."""
        reached = {trial: score for trial, score in self.trials.items() if score is not None}
        order = [trial for trial, one in reached.items() if one.is_sound]
        if self.later_wins:
            order.reverse()
        # A stable sort: equal scores stay in their order.
        order.sort(key=lambda trial: -reached[trial].score)
        good = set(order[: self.kept[self._level]])
        pruned += [Pruned(trial, rung) for trial in reached if trial not in good]
        return {trial: one for trial, one in reached.items() if trial in good}


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
                bracket.trials[trial.id] = None

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

    def end(self, trial: Trial) -> None:
        """Take a trial out of its bracket, for which others may have waited."""
        bracket = self._bracket_of.get(trial.id)
        if bracket is not None and trial.id in bracket.trials:
            del bracket.trials[trial.id]
            self._unsettled.append(bracket.settle())

    def settle(self) -> Settled:
        """Return what has become of paused trials since the last call."""
        found, self._unsettled = self._unsettled, []
        return Settled(
            tuple(trial for one in found for trial in one.resumed), tuple(end for one in found for end in one.pruned)
        )

    def _take(self, observation: Observation) -> Bracket | None:
        bracket = self._bracket_of[observation.trial.id]
        return bracket if observation.trial.id in bracket.trials and bracket.take(observation) else None
