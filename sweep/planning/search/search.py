"""Searches the space of a sweep: every level by the same method, each with a budget and random numbers of its own."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sweep.config import SweepConfig
from sweep.planning.search.budget import MOST_TOGETHER, budget_of
from sweep.planning.search.halton import halton
from sweep.planning.search.latin_hypercube import latin_hypercube
from sweep.planning.search.level_search import MOST_DRAWS, LevelSearch
from sweep.planning.search.levels import Accept, Level, level_of, levels_of
from sweep.planning.search.method import Draws, Method, Outcome, Points
from sweep.planning.search.points import placed, points_of
from sweep.planning.search.random import random
from sweep.planning.search.sobol import sobol
from sweep.planning.search.streams import stream_of
from sweep.records import Setting, Value
from trainers.errors import UserCodeError, did_you_mean

SPREADING: Mapping[str, Points] = MappingProxyType(
    {"random": random, "sobol": sobol, "halton": halton, "latin_hypercube": latin_hypercube}
)
"""The methods that draw settings whatever the results are, by name."""


class Search:
    """Proposes the settings of a sweep, level by level.

    The same configuration, told the same results in the same order, proposes the same settings.

    Args:
        config: configuration of the sweep, whose method is not grid.
        accept: see `sweep.planning.search.levels.Accept`.
        examples_of: returns the size of the training part of a setting; 0 where it is not known.
        earlier: settings of an earlier sweep, of JSON types, with their outcomes.

    Raises:
        ConfigError: if the space and the search do not suit each other.
    """

    def __init__(
        self,
        config: SweepConfig,
        accept: Accept,
        examples_of: Callable[[Setting], int],
        earlier: Sequence[tuple[Mapping[str, Any], Outcome]] = (),
    ) -> None:
        self._config = config
        self._factor = config.scientific
        levels = levels_of(config, accept)
        self._require_levels(levels)
        self._require_packages()
        points = points_of(config, levels)
        self.known = 0
        """Number of settings of the earlier sweep that lie in the space."""
        self.levels = [self._level(level, accept, examples_of, points.get(level.name, ())) for level in levels]
        self._know(earlier)

    @property
    def pending(self) -> dict[Value | None, int]:
        """Level -> number of settings that are still to come."""
        return {level.name: count for level in self.levels if (count := level.pending)}

    def first(self) -> list[Setting]:
        """Return what can be trained before there are results, at least a setting of each level.

        Raises:
            ConfigError: if a level has none.
        """
        found: list[Setting] = []
        for level in self.levels:
            mine = list(self._asked(level, self._at_first(level)))
            if not mine:
                raise self._nothing(level)
            found += mine
        return found

    def more(self) -> list[Setting]:
        """Return the settings to train next, of all levels together; empty once all budgets are used up."""
        return [setting for level in self.levels for setting in self._asked(level, self._at_once(level))]

    def tell(self, setting: Setting, outcome: Outcome) -> None:
        """Say how a setting did that was proposed."""
        name = level_of(setting, self._factor)
        next(level for level in self.levels if level.name == name).tell(setting, outcome)

    def notes(self) -> list[str]:
        """Return a sentence for each level of which all settings are tried, or that has not enough of them."""
        told = []
        for level in self.levels:
            of = "the space" if not self._factor else level.level.title
            count = level.budget.settings
            if level.is_whole:
                told.append(f"{of} has {count:,} settings, which its budget pays, so that all are tried")
            elif level.is_exhausted and level.budget.unit == "settings" and level.budget.pending:
                told.append(f"{of} has no more than {count:,} settings that were found")
        return told

    def _level(
        self, level: Level, accept: Accept, examples_of: Callable[[Setting], int], points: Sequence[Any]
    ) -> LevelSearch:
        search = self._config.search
        budget = budget_of(self._config, level.title, examples_of)
        count = int(budget.limit) if budget.unit == "settings" else 0

        def draws(method: str) -> Draws:
            streams = [stream_of(search.seed, method, level.title, str(index)) for index in range(len(level.parts))]
            return Draws(level, SPREADING[method], streams, count)

        method: Method = self._learning(level) if search.learns else draws(search.method)
        return LevelSearch(
            level,
            method,
            draws("random"),
            accept,
            factor=self._factor,
            budget=budget,
            points=points,
            learns=search.learns,
        )

    def _learning(self, level: Level) -> Method:
        from sweep.planning.search.optuna_sampler import OptunaMethod

        search = self._config.search
        stream = stream_of(search.seed, search.method, level.title)
        try:
            return OptunaMethod(level, search.method, search.arguments, stream, self._config.metric.modes)
        except UserCodeError as error:
            key = "search.arguments" if search.arguments else "search.method"
            raise self._config.error(key, f"must make a sampler of Optuna: {error}. Change it.") from error

    def _asked(self, level: LevelSearch, count: int) -> Iterator[Setting]:
        for _ in range(count):
            if (setting := level.ask()) is None:
                return
            yield setting

    def _at_first(self, level: LevelSearch) -> int:
        """Number of settings that a level proposes before there are results."""
        if level.is_whole or (not self._config.search.learns and level.budget.is_known):
            return self._config.search.limit
        if not self._config.search.learns or self.known:
            return self._at_once(level)
        from sweep.planning.search.optuna_sampler import sampler_named

        name, usual = sampler_named(self._config.search.method).begins
        # More would begin with less to learn from, since the method is not asked again for what it has drawn.
        return max(int(self._config.search.arguments.get(name, usual)), self._config.search.at_once or 1, 1)

    def _at_once(self, level: LevelSearch) -> int:
        """Number of settings that a level proposes together."""
        search = self._config.search
        if search.at_once is not None:
            return search.at_once
        if search.learns:
            from sweep.planning.search.optuna_sampler import sampler_named

            if (generation := sampler_named(search.method).generation) is not None:
                return max(int(search.arguments.get(*generation)), 1)
        return max(1, math.ceil((level.budget.settings + level.budget.pending) / MOST_TOGETHER))

    def _know(self, earlier: Sequence[tuple[Mapping[str, Any], Outcome]]) -> None:
        for setting, outcome in earlier:
            for level in self.levels:
                if (proposal := placed(level.level, setting)) is not None:
                    level.know(proposal, outcome)
                    self.known += 1
                    break

    def _nothing(self, level: LevelSearch) -> Exception:
        of = f"{self._factor} {level.level.title}" if self._factor else "the space"
        config = self._config
        if config.where:
            return config.error(
                "where",
                f"must leave settings that the search finds. Received: {' and '.join(config.where)}, which none of "
                f"{MOST_DRAWS:,} settings of {of} meets. Loosen a condition, or narrow the ranges.",
            )
        if level.budget.unit != "settings":
            key = f"search.budget.{level.budget.unit}"
            return config.error(
                key, f"must pay a setting of {of} or more. Received: {level.budget.limit:g}. Give more."
            )
        return config.error("space", f"must have a setting of {of} that is not one of another level. Add values.")

    def _require_levels(self, levels: Sequence[Level]) -> None:
        titles = [level.title for level in levels]
        for name in self._config.search.levels:
            if name not in titles:
                hint = did_you_mean(name, titles).strip() or f"Give one of {', '.join(titles)}."
                raise self._config.error(
                    "search.levels", f"must name compared levels. Received: {name}, which is none. {hint}"
                )

    def _require_packages(self) -> None:
        search = self._config.search
        if not search.learns:
            return
        from sweep.planning.search.optuna_sampler import lacking

        if name := lacking(search.method):
            extra = "torch" if name == "torch" else "search"
            raise self._config.error(
                "search.method",
                f"needs {name}, which is not installed. Received: {search.method}. "
                f"Install it with `pip install 'optimizer-sweep[{extra}]'`, or give such as sobol.",
            )
