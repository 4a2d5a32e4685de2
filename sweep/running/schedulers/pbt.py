"""Population based training: the worst trials go on from the state of the best, with a setting changed a little."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from sweep.planning.decision_points import DecisionPoints
from sweep.records import Exploit, Setting, Trial
from sweep.running.schedulers.scheduler import Observation, Settled, Verdict

Explore = Callable[[Setting, np.random.Generator], Setting]
"""Returns a setting with some of its values changed."""


def quantiles(scores: Sequence[float], fraction: float) -> tuple[list[int], list[int]]:
    """Return the places of the worst and of the best scores, each in ascending order of the scores.

    Args:
        scores: finite; larger is better, and of equal ones the later counts as better.
        fraction: share of all that each of the two is; at most half.

    >>> quantiles([0.3, 0.1, 0.4, 0.2], 0.25)
    ([1], [2])
    """
    if len(scores) <= 1:
        return [], []
    order = sorted(range(len(scores)), key=lambda place: scores[place])
    count = min(math.ceil(len(scores) * fraction), len(scores) // 2)
    return order[:count], order[len(order) - count :]


@dataclass
class Member:
    """A trial of a population.

    Args:
        trial: the trial.
        setting: the setting with which it is trained now.
        reached: number of intervals that it has behind it.
        observed: number of the interval that its score is of, from 1; 0 before the first.
        score: the score there.
        has_diverged: whether it has nothing to go on from but the state of another.
    """

    trial: Trial
    setting: Setting
    reached: int = 0
    observed: int = 0
    score: float = math.nan
    has_diverged: bool = False


class Population:
    """Trials that wait for each other at each interval, and then are compared.

    Args:
        rungs: the epochs at which they are.
        fraction: share of the population that takes over, and that gives.
        explore: changes a setting.
        seed: of the choice of a donor and of the changes.
    """

    def __init__(self, rungs: Sequence[float], fraction: float, explore: Explore, seed: int) -> None:
        self._rungs = rungs
        self._fraction = fraction
        self._explore = explore
        self._seed = seed
        self._members: dict[str, Member] = {}
        self._level = 0

    def add(self, trial: Trial) -> None:
        """Add a trial, which begins."""
        self._members[trial.id] = Member(trial, trial.arm.setting)

    def go_on(self, trial_id: str, at: float, setting: Setting) -> None:
        """Let a trial go on from an epoch with a setting, as it had come there before the sweep was interrupted."""
        member = self._members.get(trial_id)
        if member is not None:
            member.reached, member.setting = sum(rung <= at for rung in self._rungs), setting

    def take(self, observation: Observation) -> None:
        """Take the score of a trial at an interval."""
        member = self._members.get(observation.trial.id)
        if member is not None:
            member.reached = member.observed = sum(rung <= observation.at for rung in self._rungs)
            member.score = observation.score

    def lose(self, trial_id: str) -> bool:
        """Take a trial that has diverged; returns whether it waits for the state of another."""
        member = self._members.get(trial_id)
        others = [one for name, one in self._members.items() if name != trial_id and not one.has_diverged]
        if member is None or not self._fraction or not others or member.reached >= len(self._rungs):
            return False
        member.has_diverged = True
        return True

    def end(self, trial_id: str) -> None:
        """Wait no longer for a trial that has ended; it gives its state to nobody."""
        self._members.pop(trial_id, None)

    def settle(self) -> Settled:
        """Once all trials have come to an interval, return who goes on from whose state; else nothing."""
        found: list[Settled] = []
        while self._level < len(self._rungs) and self._has_come():
            found.append(self._compare(self._rungs[self._level]))
            self._level += 1
        lost = [name for name, one in self._members.items() if one.has_diverged]
        if self._level == len(self._rungs) or len(lost) == len(self._members):
            found.append(Settled(given_up=tuple(lost)))
            for name in lost:
                self.end(name)
        return Settled.joined(found)

    def _has_come(self) -> bool:
        going = [one for one in self._members.values() if not one.has_diverged]
        return bool(going) and all(one.reached > self._level for one in going)

    def _compare(self, rung: float) -> Settled:
        """Compare the trials at an interval; those that were beyond it before an interruption have no part in it."""
        here = [one for one in self._members.values() if one.has_diverged or one.observed == self._level + 1]
        sound = [one for one in here if not one.has_diverged and math.isfinite(one.score)]
        low, high = quantiles([one.score for one in sound], self._fraction)
        donors = [sound[place] for place in high] or (sound if self._fraction else [])
        taking = [sound[place] for place in low] + [one for one in here if one not in sound]
        exploits = tuple(self._exploit(one, donors, rung) for one in taking) if donors else ()
        for one in exploits:
            member = self._members[one.trial_id]
            member.setting, member.has_diverged, member.reached = one.setting, False, self._level + 1
        return Settled(tuple(one.trial.id for one in here if not one.has_diverged), exploits=exploits)

    def _exploit(self, member: Member, donors: Sequence[Member], rung: float) -> Exploit:
        """Choose a donor and change its setting, by a generator of this trial and this interval alone."""
        key = hashlib.sha256(f"{self._seed} {member.trial.id} {rung:g}".encode()).digest()
        generator = np.random.default_rng(np.random.SeedSequence(int.from_bytes(key[:16], "big")))
        donor = donors[int(generator.integers(len(donors)))]
        setting = self._explore(donor.setting, generator)
        return Exploit(
            trial_id=member.trial.id,
            donor=donor.trial.id,
            at=int(rung),
            before=member.setting,
            setting=setting,
        )


class PopulationBasedTraining:
    """Lets the worst of a population take over the state of the best, again and again.

    After each ``perturbation_interval`` all trials of a population wait for each other. Each of the worst
    ``quantile_fraction`` goes on from the state of a random one of the best ``quantile_fraction``, with that one's
    setting, some of whose values are changed. The others go on from their own.

    **Variant**: that of Ray's ``PopulationBasedTraining`` with ``synch``, whose quantiles these are. Trials of one
    level and one seed are a population, so that no trial changes its level and all have the same data. A trial that
    has diverged, or has no finite score, takes over too and is never a donor.

    Args:
        perturbation_interval: epochs, at least 1.
        quantile_fraction: in [0, 0.5].
        epochs: the most epochs of a trial.
        explore: changes a setting.
        factor: the hyperparameter whose levels are compared; empty for none.
        seed: of what is drawn.

    Reference: Jaderberg et al., Population Based Training of Neural Networks, 2017, algorithm 1.
    """

    observes = False
    compares_settings = True

    def __init__(
        self,
        *,
        perturbation_interval: int,
        quantile_fraction: float = 0.25,
        epochs: int,
        explore: Explore,
        factor: str = "",
        seed: int = 0,
    ) -> None:
        rungs = tuple(float(epoch) for epoch in range(perturbation_interval, epochs, perturbation_interval))
        self._make = partial(Population, rungs, quantile_fraction, explore, seed)
        self._factor = factor
        self._of: dict[str, Population] = {}
        self._unsettled: list[Settled] = []
        self.points = DecisionPoints(values=rungs)

    def add(self, trials: Sequence[Trial]) -> None:
        """Make a population of the trials of each level and seed that are planned together."""
        made: dict[tuple[object, int], Population] = {}
        for trial in trials:
            if trial.id not in self._of:
                key = trial.arm.setting.get(self._factor), trial.seed
                self._of[trial.id] = made.setdefault(key, self._make())
                self._of[trial.id].add(trial)

    def go_on(self, trial_id: str, at: float, setting: Setting) -> None:
        """Let a trial go on from an epoch with a setting, as it had come there before the sweep was interrupted."""
        self._of[trial_id].go_on(trial_id, at, setting)

    def observe(self, observation: Observation) -> None:
        """Only intervals count."""

    def decide(self, waiting: Sequence[Observation]) -> list[Verdict]:
        """Let trials wait at an interval; where nobody takes over, the last to come go on at once."""
        for one in waiting:
            self._of[one.trial.id].take(one)
        pausing = {one.trial.id for one in waiting}
        for population in dict.fromkeys(self._of[one.trial.id] for one in waiting):
            found = population.settle()
            if not found.exploits:
                pausing.difference_update(found.resumed)
                here = {one.trial.id for one in waiting}
                found = replace(found, resumed=tuple(trial for trial in found.resumed if trial not in here))
            self._unsettled.append(found)
        return ["pause" if one.trial.id in pausing else "continue" for one in waiting]

    def lose(self, trial: Trial) -> bool:
        """Take a trial that has diverged; returns whether it waits for the state of another, and has not ended."""
        population = self._of[trial.id]
        waits = population.lose(trial.id)
        self._unsettled.append(population.settle())
        return waits

    def undo(self, exploit: Exploit) -> None:
        """Take back that a trial takes over, as its donor has ended meanwhile."""
        self._of[exploit.trial_id].go_on(exploit.trial_id, exploit.at, exploit.before)

    def end(self, trial: Trial, status: str, rung: float | None = None) -> None:
        """Wait no longer for a trial, for which others may have waited."""
        population = self._of.get(trial.id)
        if population is not None:
            population.end(trial.id)
            self._unsettled.append(population.settle())

    def settle(self) -> Settled:
        """Return what has become of paused trials since the last call."""
        found, self._unsettled = self._unsettled, []
        return Settled.joined(found)
