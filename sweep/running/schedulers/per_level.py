"""Gives each level of the compared factor a scheduler of its own, so that every level is tuned to its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sweep.planning.decision_points import DecisionPoints
from sweep.records import Trial
from sweep.running.schedulers.scheduler import Observation, Scheduler, Settled, Verdict


class PerLevel:
    """Compares trials only with those of the same level.

    A rule that compares all trials ends every setting of an optimizer that learns slowly at first, and then nothing is
    left to compare. The levels must have equal budgets for a fair comparison, and so must the rungs.

    Args:
        factor: name of the compared hyperparameter.
        make: returns the scheduler of a level.
    """

    def __init__(self, factor: str, make: Callable[[], Scheduler]) -> None:
        self._factor = factor
        self._make = make
        self._of: dict[object, Scheduler] = {}
        example = make()
        self.points: DecisionPoints = example.points
        self.observes = example.observes
        self.compares_settings = example.compares_settings

    def add(self, trials: Sequence[Trial]) -> None:
        """Give each level its trials."""
        for level in dict.fromkeys(map(self._level, trials)):
            self._scheduler(level).add([trial for trial in trials if self._level(trial) == level])

    def observe(self, observation: Observation) -> None:
        """Pass a report on."""
        self._scheduler(self._level(observation.trial)).observe(observation)

    def decide(self, waiting: Sequence[Observation]) -> list[Verdict]:
        """Decide on the trials of each level together."""
        verdicts: dict[str, Verdict] = {}
        for level in dict.fromkeys(self._level(one.trial) for one in waiting):
            here = [one for one in waiting if self._level(one.trial) == level]
            found = self._scheduler(level).decide(here)
            verdicts |= {one.trial.id: verdict for one, verdict in zip(here, found, strict=True)}
        return [verdicts[one.trial.id] for one in waiting]

    def end(self, trial: Trial, status: str, rung: float | None = None) -> None:
        """Pass an end on."""
        self._scheduler(self._level(trial)).end(trial, status, rung)

    def settle(self) -> Settled:
        """Join what all levels have settled."""
        found = [scheduler.settle() for scheduler in self._of.values()]
        return Settled(
            tuple(trial for one in found for trial in one.resumed), tuple(end for one in found for end in one.pruned)
        )

    def _level(self, trial: Trial) -> object:
        return trial.arm.setting.get(self._factor)

    def _scheduler(self, level: object) -> Scheduler:
        if level not in self._of:
            self._of[level] = self._make()
        return self._of[level]
