"""Grows the plan of a search by what its method proposes, while the sweep trains."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from sweep.config import SweepConfig
from sweep.planning.identity import MadeArm, digest
from sweep.planning.plan import Plan
from sweep.planning.search.method import Outcome
from sweep.planning.search.ranges import value_at
from sweep.planning.search.search import Search
from sweep.records import Setting

Earlier = Sequence[tuple[Mapping[str, Any], Outcome]]
"""Settings of an earlier sweep, of JSON types, with their outcomes."""


class ArmMaker(Protocol):
    """Makes arms from settings, of our networks or of a user's own training."""

    def accept(self, setting: Setting) -> Setting | None:
        """Return the canonical form of a setting; None if it does not meet the conditions."""

    def examples_of(self, setting: Setting) -> int:
        """Return the size of the training part of a setting; 0 where it is not known."""

    def label_of(self, setting: Setting) -> str:
        """Return the label of a setting."""

    def made(self, setting: Setting, label: str) -> MadeArm:
        """Make the arm of a setting."""


class Growing:
    """The search of a sweep, and the arms that it has proposed.

    Args:
        config: configuration of the sweep.
        arms_of: makes its arms.
        earlier: results of an earlier sweep, to begin with.

    Raises:
        ConfigError: if the space and the search do not suit each other.
    """

    def __init__(self, config: SweepConfig, arms_of: ArmMaker, earlier: Earlier = ()) -> None:
        self._config = config
        self._arms_of = arms_of
        self.identity = identity_of_search(config)
        """Hash of what decides what is proposed, besides the results."""
        self.search = Search(config, arms_of.accept, arms_of.examples_of, earlier)

    def first(self) -> list[Setting]:
        """Return the settings that can be planned before there are results."""
        return self.search.first()

    def examples(self) -> list[Setting]:
        """Return a setting of each part of the space, by which all hyperparameters are known."""
        parts = (part for level in self.search.levels for part in level.level.parts)
        return [{name: value_at(domain, 0.0) for name, domain in part.items()} for part in parts]

    def notes(self) -> list[str]:
        """Return what is to be told of the search in the plan."""
        search = self._config.search
        told = self.search.notes()
        if pending := sum(self.search.pending.values()):
            what = "learns from results" if search.learns else "goes on until the minutes are used up"
            told.append(f"{search.method} {what}, and proposes about {pending:,} more settings as they come")
        if search.start_from is not None:
            told.append(f"{search.method} begins with {self.search.known:,} settings of {search.start_from}")
        if search.method == "latin_hypercube":
            told.append("latin_hypercube draws other settings for another search.trials: it does not grow")
        return told

    def tell(self, setting: Setting, outcome: Outcome) -> None:
        """Say how a setting of the plan did."""
        self.search.tell(setting, outcome)

    def grown(self, plan: Plan) -> Plan:
        """Return the plan with the settings to train next, or the same one if all budgets are used up."""
        made = []
        for setting in self.search.more():
            one = self._arms_of.made(setting, self._arms_of.label_of(setting))
            if one.arm.id not in plan.identities:
                made.append(one)
        return plan.with_arms(made, self.search.pending) if made else replace(plan, pending=self.search.pending)


def searched(
    config: SweepConfig,
    arms_of: ArmMaker,
    planned: Callable[[Sequence[Setting] | None], Plan],
    earlier: Earlier = (),
) -> tuple[Plan, Growing | None]:
    """Create the plan of a sweep, and what lets it grow.

    Args:
        config: configuration of the sweep.
        arms_of: makes its arms.
        planned: creates the plan of settings; of all combinations for None.
        earlier: results of an earlier sweep.

    Returns:
        The plan, and its search; None for a grid.

    Raises:
        ConfigError: if no plan can be made.
    """
    if config.search.is_grid:
        return planned(None), None
    growing = Growing(config, arms_of, earlier)
    plan = planned(growing.first())
    pending = growing.search.pending
    return replace(plan, pending=pending, choices=(*plan.choices, *growing.notes())), growing


def identity_of_search(config: SweepConfig) -> str:
    """Hash what decides which settings a search proposes, besides the results and how many there are to be."""
    without = {"trials", "levels", "budget", "limit", "at_once"}
    sections = config.model_dump(
        mode="json", exclude_none=True, include={"space", "optimizers", "where", "roles", "metric", "trainer"}
    )
    search = config.search.model_dump(mode="json", exclude_none=True, exclude=without)
    return digest({**sections, "search": search, "seeds": config.selection_seeds})[:16]
