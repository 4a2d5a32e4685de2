"""Defines what a search method is: it proposes settings of a level, and may be told how they did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from numpy.random import SeedSequence

from sweep.planning.search.levels import Level, varying
from sweep.planning.search.ranges import value_at
from sweep.records import Setting

State = Literal["COMPLETE", "PRUNED", "FAIL"]
"""How a setting has ended, in Optuna's words."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a setting did, over all its seeds.

    Args:
        state: ``COMPLETE``; ``PRUNED`` if a scheduler has ended one of its trials; ``FAIL`` if one diverged or failed.
        values: one value of each objective, the means over the seeds; empty if there is none.
        epoch: the last epoch that all its trials have.
        seconds: seconds of training of all its trials.
    """

    state: State
    values: tuple[float, ...] = ()
    epoch: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Proposal:
    """A setting that a method proposes.

    Args:
        part: index of the part of the level that it lies in.
        setting: a value for every dimension of the part.
        token: by which the method knows it again.
    """

    part: int
    setting: Setting
    token: Any = field(default=None, compare=False)


class Method(Protocol):
    """Proposes settings of one level, without end; they may repeat."""

    def propose(self) -> Proposal:
        """Return the next setting."""

    def take(self, proposal: Proposal) -> Proposal:
        """Return a setting that the method has not chosen itself, as one of its own."""

    def reject(self, proposal: Proposal) -> None:
        """Take back a proposal that is not trained."""

    def tell(self, proposal: Proposal, outcome: Outcome) -> None:
        """Say how a proposal did."""


class Points(Protocol):
    """A rule that yields points of the unit cube."""

    def __call__(self, dimensions: int, stream: SeedSequence, count: int) -> Iterator[Sequence[float]]:
        """Yield points without end; see `sweep.planning.search.random`."""


class Draws:
    """A method that draws settings whatever the results are; the parts of a level take turns.

    Args:
        level: the level.
        points: rule of the points.
        streams: a stream for each part.
        count: number of settings that are wanted.
    """

    def __init__(self, level: Level, points: Points, streams: Sequence[SeedSequence], count: int) -> None:
        self._parts = level.parts
        self._next = 0
        self._dimensions = [varying(part) for part in level.parts]
        share = -(-count // len(level.parts))
        self._points = [
            points(max(len(names), 1), stream, share) for names, stream in zip(self._dimensions, streams, strict=True)
        ]

    def propose(self) -> Proposal:
        """Return the next setting of the part whose turn it is."""
        at, self._next = self._next, (self._next + 1) % len(self._parts)
        part, places = self._parts[at], dict(zip(self._dimensions[at], next(self._points[at]), strict=False))
        return Proposal(at, {name: value_at(domain, places.get(name, 0.0)) for name, domain in part.items()})

    def take(self, proposal: Proposal) -> Proposal:
        """Return it as it is."""
        return proposal

    def reject(self, proposal: Proposal) -> None:
        """Nothing is kept of a draw."""

    def tell(self, proposal: Proposal, outcome: Outcome) -> None:
        """Nothing is learned from results."""
