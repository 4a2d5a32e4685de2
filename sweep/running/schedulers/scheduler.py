"""What a scheduler is told of the trials of a sweep, and what it decides on them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from sweep.planning.decision_points import DecisionPoints
from sweep.records import Exploit, Trial

Verdict = Literal["continue", "prune", "pause"]
"""What happens to a trial that waits: it goes on, it ends as PRUNED, or it waits for others in a checkpoint."""


@dataclass(frozen=True)
class Observation:
    """The metric of a trial at one of its reports.

    Args:
        trial: the trial.
        at: value of the counter of the scheduler's `DecisionPoints`.
        score: the metric, negated if small values are better; NaN if it was not reported or is not finite.
    """

    trial: Trial
    at: float
    score: float

    @property
    def is_sound(self) -> bool:
        """Whether the metric can be compared."""
        return math.isfinite(self.score)


@dataclass(frozen=True)
class Pruned:
    """A trial that a scheduler ends while it is paused, or before it has begun.

    Args:
        trial_id: the trial.
        rung: value of the counter at which it was decided on.
    """

    trial_id: str
    rung: float


@dataclass(frozen=True)
class Settled:
    """What a scheduler decides on trials that do not wait for it in a worker.

    Args:
        resumed: ids of paused trials that go on, in the order in which they should.
        pruned: trials that end.
        exploits: which of the resumed take over the state of others.
        given_up: ids of trials that have diverged, and that no other can give its state.
    """

    resumed: tuple[str, ...] = ()
    pruned: tuple[Pruned, ...] = ()
    exploits: tuple[Exploit, ...] = ()
    given_up: tuple[str, ...] = ()

    @classmethod
    def joined(cls, found: Iterable[Settled]) -> Settled:
        """Join several into one, in their order."""
        each = tuple(found)
        return cls(
            tuple(trial for one in each for trial in one.resumed),
            tuple(end for one in each for end in one.pruned),
            tuple(exploit for one in each for exploit in one.exploits),
            tuple(trial for one in each for trial in one.given_up),
        )


class Scheduler(Protocol):
    """Decides at reports which trials go on; the same events in the same order give the same decisions."""

    observes: bool
    """Whether `observe` needs the reports between the points too."""
    compares_settings: bool
    """Whether it takes the mean over the seeds of a setting itself, and not only over those that wait together."""

    @property
    def points(self) -> DecisionPoints:
        """Where trials wait for a decision."""

    def add(self, trials: Sequence[Trial]) -> None:
        """Take trials that will be trained, in the order of the plan."""

    def observe(self, observation: Observation) -> None:
        """Take a report at which the trial does not wait."""

    def decide(self, waiting: Sequence[Observation]) -> list[Verdict]:
        """Decide on trials that wait at the same point, all in one pack; one verdict each."""

    def end(self, trial: Trial, status: str, rung: float | None = None) -> None:
        """Take the end of a trial that was not decided here.

        Args:
            trial: the trial.
            status: its status.
            rung: where it was pruned, if that was before the sweep was resumed.
        """

    def settle(self) -> Settled:
        """Return what has become of paused trials since the last call."""


def sign_of(mode: Literal["min", "max"]) -> float:
    """Return the factor that makes larger scores better.

    >>> sign_of("min"), sign_of("max")
    (-1.0, 1.0)
    """
    return 1.0 if mode == "max" else -1.0


def rungs(grace_period: float, reduction_factor: float, max_t: float, bracket: int = 0) -> tuple[float, ...]:
    """Return the rungs below ``max_t``: the grace period times powers of the reduction factor.

    Args:
        grace_period: the first rung of bracket 0.
        reduction_factor: ratio of one rung to the one before.
        max_t: where trials end by themselves.
        bracket: number of rungs that are left out at the beginning.

    >>> rungs(1, 3, 27)
    (1.0, 3.0, 9.0)
    >>> rungs(1, 3, 28)
    (1.0, 3.0, 9.0, 27.0)
    >>> rungs(2, 2, 8, bracket=1)
    (4.0,)
    """
    found = []
    rung = float(grace_period) * reduction_factor**bracket
    while rung < max_t:
        found.append(rung)
        rung *= reduction_factor
    return tuple(found)
