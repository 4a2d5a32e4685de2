"""Changes some values of a setting a little: the step of population based training that explores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sweep.config import SweepConfig
from sweep.config.conditions import Condition
from sweep.config.distributions import Distribution
from sweep.config.free_space import FreeSpace
from sweep.config.scheduler import PbtRule
from sweep.config.values import Domain
from sweep.planning.search.ranges import rounded, value_at
from sweep.records import Setting, Value
from trainers.optimizers import OPTIMIZERS

MOST_DRAWS = 100
"""How often a change is drawn that does not meet the conditions of the space, before the setting is left as it is."""


@dataclass(frozen=True, kw_only=True)
class Perturbation:
    """Changes the hyperparameters of a setting that may change while a trial is trained.

    **Variant**: that of Ray's ``_explore``. A value of a list is replaced by its neighbour to the left or right, and
    stays at the ends; a value of a range is multiplied by one of the factors, but, unlike there, does not leave its
    range, and of a range of 1 - value it is 1 - value that is multiplied. Either is drawn anew with
    ``resample_probability``.

    Args:
        parts: hyperparameter -> values to try, of each part of the space.
        names: the hyperparameters that may change; None for those of the optimizer.
        factors: of which one is chosen.
        resample_probability: how often a value is drawn anew.
        conditions: that each setting must meet.
    """

    parts: Sequence[Mapping[str, Domain]]
    names: tuple[str, ...] | None
    factors: Sequence[float]
    resample_probability: float
    conditions: Sequence[Condition] = ()

    def __call__(self, setting: Setting, generator: np.random.Generator) -> Setting:
        """Return the setting with changed values; as it is if no change that is drawn meets the conditions."""
        domains = self._changing(setting)
        for _ in range(MOST_DRAWS):
            changed = {name: self._changed(setting[name], domain, generator) for name, domain in domains.items()}
            found = {**setting, **changed}
            if all(self._holds(condition, found) for condition in self.conditions):
                return found
        return setting

    def _changing(self, setting: Setting) -> dict[str, Domain]:
        """The hyperparameters of a setting that may change, with their values, of the part that it belongs to."""
        names = self.names
        if names is None:
            names = tuple(declared.name for declared in OPTIMIZERS[str(setting["optimizer"])].hyperparameters)
        fitting = [part for part in self.parts if _fits(part, setting)]
        found: dict[str, Domain] = {}
        for part in fitting or self.parts:
            for name in names:
                if name in setting and name in part:
                    found.setdefault(name, part[name])
        return {name: domain for name, domain in found.items() if _varies(domain)}

    def _changed(self, value: Value, domain: Domain, generator: np.random.Generator) -> Value:
        if isinstance(domain, Distribution) and not domain.values:
            return self._of_range(value, domain, generator)
        listed = domain.values if isinstance(domain, Distribution) else domain
        is_drawn = generator.random() < self.resample_probability
        place, shift = float(generator.random()), -1 if generator.random() < 0.5 else 1
        if is_drawn or value not in listed:
            return value_at(listed, place)
        return listed[min(max(listed.index(value) + shift, 0), len(listed) - 1)]

    def _of_range(self, value: Value, domain: Distribution, generator: np.random.Generator) -> Value:
        is_drawn = generator.random() < self.resample_probability
        place, factor = float(generator.random()), self.factors[int(generator.integers(len(self.factors)))]
        if is_drawn or isinstance(value, str):
            return value_at(domain, place)
        if domain.size is not None:
            return min(max(round(value * factor), int(domain.low)), int(domain.high))
        if domain.kind == "one_minus_log_uniform":
            return rounded(domain, 1.0 - (1.0 - value) * factor)
        return rounded(domain, value * factor)

    def _holds(self, condition: Condition, setting: Setting) -> bool:
        """Whether a setting meets a condition; one of values that are no numbers does not depend on what changes."""
        values = [setting.get(name) for name in condition.names]
        return any(value is None or isinstance(value, str) for value in values) or condition.holds(setting)


def perturbation_of(config: SweepConfig, rule: PbtRule) -> Perturbation:
    """Return how a sweep changes its settings."""
    if isinstance(config.space, FreeSpace):
        parts: list[Mapping[str, Domain]] = list(config.space.parts)
    else:
        parts = [{"optimizer": (one.optimizer,), **one.domains} for one in config.spaces]
    return Perturbation(
        parts=parts,
        names=rule.hyperparam_mutations,
        factors=rule.perturbation_factors,
        resample_probability=rule.resample_probability,
        conditions=config.conditions,
    )


def _fits(part: Mapping[str, Domain], setting: Setting) -> bool:
    """Whether the words of a setting, such as its optimizer, belong to a part of the space."""
    words = {name: value for name, value in setting.items() if isinstance(value, str) and name in part}
    return all(isinstance(part[name], Distribution) or value in part[name] for name, value in words.items())  # type: ignore[operator]


def _varies(domain: Domain) -> bool:
    return isinstance(domain, Distribution) or len(domain) > 1
