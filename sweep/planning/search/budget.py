"""Counts what the settings of a level use of its budget."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from sweep.config import SweepConfig
from sweep.config.own_training import CommandTrainer, FunctionTrainer
from sweep.records import Setting

MOST_TOGETHER = 10
"""Parts of a budget that are proposed one after another by a method that learns."""


@dataclass
class Budget:
    """What a level may still use.

    Args:
        limit: how much there is: settings, epochs, examples or minutes.
        unit: of which.
        cost: what a setting uses of it, before it is trained; minutes are only known afterwards.
        used: how much is used.
        settings: number of settings that have used it.
    """

    limit: float
    unit: str
    cost: Callable[[Setting], float]
    used: float = 0.0
    settings: int = 0

    @property
    def is_known(self) -> bool:
        """Whether it is known before the training what a setting uses."""
        return self.unit != "minutes"

    def fits(self, setting: Setting) -> bool:
        """Whether a setting can be paid; of minutes, any that have not passed allow one more."""
        if not self.is_known:
            return self.used < self.limit
        return self.used + self.cost(setting) <= self.limit

    def take(self, setting: Setting) -> None:
        """Pay a setting."""
        self.settings += 1
        if self.is_known:
            self.used += self.cost(setting)

    def spend(self, seconds: float) -> None:
        """Count the seconds of training of a setting."""
        if not self.is_known:
            self.used += seconds / 60.0

    @property
    def pending(self) -> int:
        """Number of settings that it still pays, if they cost as much as those so far; exact for settings.

        Of minutes at least one, as long as they have not passed.
        """
        left = max(self.limit - self.used, 0.0)
        if self.unit == "settings":
            return round(left)
        each = self.used / self.settings if self.settings else 0.0
        found = math.floor(left / each) if each else 0
        return max(found, 1) if left and not self.is_known else found


def budget_of(config: SweepConfig, level: str, examples_of: Callable[[Setting], int]) -> Budget:
    """Return the budget of a level.

    Args:
        config: configuration of the sweep.
        level: its name.
        examples_of: returns the size of the training part of a setting; 0 where it is not known.

    Raises:
        ConfigError: if what a setting uses is not known.
    """
    given = config.search.budget
    if given is None:
        trials = config.search.trials_of(level)
        assert trials is not None, "the configuration has checked it"
        return Budget(trials, "settings", lambda setting: 1.0)
    own, seeds = config.own, len(config.selection_seeds)
    unit = given.unit
    if unit == "examples" and own is not None:
        raise config.error(
            "search.budget.examples",
            "needs the number of training examples, which is not known of a training of your own. "
            f"Received: {given.examples}. Give `search.budget.epochs`.",
        )

    def epochs(setting: Setting) -> int:
        usual = own.epochs if isinstance(own, FunctionTrainer | CommandTrainer) else None
        found = setting.get("epochs", usual)
        if found is None:
            raise config.error(
                "search.budget.epochs",
                f"needs the number of epochs of a trial. Received: {given.epochs}. Give `trainer.epochs`.",
            )
        return int(found) * seeds

    def examples(setting: Setting) -> int:
        return epochs(setting) * examples_of(setting)

    return Budget(
        float(getattr(given, unit)), unit, {"epochs": epochs, "examples": examples}.get(unit, lambda setting: 0.0)
    )
