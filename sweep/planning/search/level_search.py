"""Searches one level: settings in their canonical form, each once, until the budget is used up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from sweep.planning.search.budget import Budget
from sweep.planning.search.levels import Accept, Level, key_of, level_of
from sweep.planning.search.method import Draws, Method, Outcome, Proposal
from sweep.records import Setting, Value

MOST_REFUSALS = 30
"""So often a method that learns is asked again for a setting that is new; then one is drawn at random."""

MOST_DRAWS = 20_000
"""So often a setting is drawn again that exists already, or does not meet the conditions."""

MOST_LISTED = 10_000
"""Levels of no more combinations are listed, to see whether the budget pays all of them."""


class LevelSearch:
    """Proposes the settings of one level.

    Args:
        level: the level.
        method: what proposes.
        draws: draws at random where the method finds nothing new.
        accept: see `sweep.planning.search.levels.Accept`.
        factor: the scientific factor; empty if nothing is compared.
        budget: of the level.
        points: settings to begin with.
        learns: whether the method learns from results.
    """

    def __init__(
        self,
        level: Level,
        method: Method,
        draws: Draws,
        accept: Accept,
        *,
        factor: str,
        budget: Budget,
        points: Sequence[Proposal] = (),
        learns: bool = False,
    ) -> None:
        self.level = level
        self.budget = budget
        self.is_exhausted = False
        """Whether nothing more can be proposed."""
        self._method, self._draws, self._accept, self._factor = method, draws, accept, factor
        self._learns = learns
        self._points = list(points)
        self._known: dict[str, Proposal] = {}
        self._rest: Iterator[Proposal] | None = None
        self._whole = self._all_if_few()
        self._whole_rest = iter(self._whole or ())

    @property
    def name(self) -> Value | None:
        """Name of the level."""
        return self.level.name

    @property
    def is_whole(self) -> bool:
        """Whether the budget pays all settings of the level, so that the method has nothing to choose."""
        return self._whole is not None

    @property
    def pending(self) -> int:
        """Number of settings that are still to come."""
        if self.is_exhausted:
            return 0
        if self._whole is not None:
            return max(len(self._whole) - len(self._known), 0)
        return self.budget.pending

    def ask(self) -> Setting | None:
        """Return the next setting; None once there is none, or the budget does not pay it."""
        if self.is_exhausted:
            return None
        while self._points:
            if (found := self._new(self._points[0])) is not None:
                return self._taken(self._method.take(self._points.pop(0)), found)
            self._points.pop(0)
        if self._whole is None and self.budget.unit == "settings" and not self.budget.pending:
            self.is_exhausted = True
            return None
        for proposal in self._candidates():
            if (found := self._new(proposal)) is None:
                self._method.reject(proposal)
            else:
                return self._taken(proposal, found)
        self.is_exhausted = True
        return None

    def tell(self, setting: Setting, outcome: Outcome) -> None:
        """Say how a setting did that was asked for."""
        self.budget.spend(outcome.seconds)
        self._method.tell(self._known[key_of(setting)], outcome)

    def know(self, proposal: Proposal, outcome: Outcome) -> None:
        """Let the method know a setting that another sweep has trained; it may still be asked for."""
        self._method.tell(self._method.take(proposal), outcome)

    def _taken(self, proposal: Proposal, setting: Setting) -> Setting | None:
        if not self.budget.fits(setting):
            self._method.reject(proposal)
            self.is_exhausted = True
            return None
        self.budget.take(setting)
        self._known[key_of(setting)] = proposal
        return setting

    def _new(self, proposal: Proposal) -> Setting | None:
        """Return the canonical form of a setting of this level that is new; None for any other."""
        setting = self._accept(proposal.setting)
        if setting is None or level_of(setting, self._factor) != self.name or key_of(setting) in self._known:
            return None
        return setting

    def _candidates(self) -> Iterator[Proposal]:
        if self._whole is not None:
            yield from self._new_of(self._whole_rest)
            return
        asked = MOST_REFUSALS if self._learns else MOST_DRAWS
        yield from (self._method.propose() for _ in range(asked))
        others: Iterator[Proposal] = (self._draws.propose() for _ in range(MOST_DRAWS if self._learns else 0))
        if self.level.size is not None and self.level.size <= MOST_DRAWS:
            self._rest = self._rest or self._listed()
            others = chain(others, self._rest)
        yield from self._new_of(others)

    def _new_of(self, proposals: Iterator[Proposal]) -> Iterator[Proposal]:
        """Yield those proposals that the method has not made and that are new, as its own."""
        for proposal in proposals:
            if self._new(proposal) is not None:
                yield self._method.take(proposal)

    def _listed(self) -> Iterator[Proposal]:
        for index, part in enumerate(self.level.parts):
            yield from (Proposal(index, setting) for setting in Level(self.name, (part,)).combinations())

    def _all_if_few(self) -> list[Proposal] | None:
        """Return all settings of the level if the budget pays them; None if it does not, or they are not listed."""
        size = self.level.size
        if size is None or size > MOST_LISTED or not self.budget.is_known:
            return None
        found: dict[str, Proposal] = {}
        total = 0.0
        for proposal in self._listed():
            if (setting := self._new(proposal)) is not None and key_of(setting) not in found:
                found[key_of(setting)] = proposal
                total += self.budget.cost(setting)
                if total > self.budget.limit:
                    return None
        return list(found.values())
