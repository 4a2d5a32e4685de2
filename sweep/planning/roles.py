"""Derives the design of a comparison: what is compared, what is tuned, and the tuning budget of each level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sweep.analysis.wording import ALL_SETTINGS
from sweep.config import SweepConfig
from sweep.records import Arm, Value


@dataclass(frozen=True)
class Design:
    """How the arms of a sweep are compared.

    Args:
        scientific: the factor whose levels are compared; empty if all settings are one level.
        budgets: level -> number of distinct settings.
        nuisance: hyperparameters that vary within a level and are tuned.
        outside: arms without the factor, as gradient descent has no ``beta2``; they belong to no level.
    """

    scientific: str = "optimizer"
    budgets: Mapping[Value, int] = field(default_factory=dict)
    nuisance: tuple[str, ...] = ()
    outside: int = 0

    @property
    def warning(self) -> str:
        """A warning that the levels were not tuned equally; empty if they were."""
        if len(set(self.budgets.values())) < 2:
            return ""
        counts = ", ".join(f"{level} {count:,}" for level, count in self.budgets.items())
        return (
            f"the tuning budgets differ, in distinct settings: {counts}. What tries more is favoured; give each the "
            "same number, or compare tuning curves."
        )


def make_design(config: SweepConfig, arms: Sequence[Arm]) -> Design:
    """Find what varies among the distinct settings of a sweep, and check it against the roles.

    Args:
        config: configuration with the roles.
        arms: the distinct settings.

    Raises:
        ConfigError: if the scientific factor has only one level, a fixed hyperparameter varies, a varying one has no
            role, or budgets that must be equal differ.
    """
    factor, roles = config.scientific, config.roles
    if not factor:
        return Design("", {ALL_SETTINGS: len(arms)}, _varying(arms, ""))
    inside = [arm for arm in arms if factor in arm.setting]
    budgets = Counter(arm.setting[factor] for arm in inside)
    varying = _varying(inside, factor)
    design = Design(factor, dict(budgets), varying, len(arms) - len(inside))
    if roles is None:
        return design
    if len(budgets) < 2:
        found = ", ".join(str(level) for level in budgets) or "none"
        raise config.error(
            "roles.scientific",
            f"must name a factor with two levels or more. Received: {factor}, which has {found}. "
            "List the values to compare, or choose another factor.",
        )
    if broken := [name for name in roles.fixed if name in varying]:
        raise config.error(
            "roles.fixed",
            f"must name what has one value within a level of {factor}. Received: {', '.join(broken)}, which varies. "
            "Give it one value, or move it to `roles.nuisance`.",
        )
    if roles.nuisance is not None and (free := [name for name in varying if name not in roles.nuisance]):
        raise config.error(
            "roles.nuisance",
            f"must name all that varies within a level of {factor}. Received: {', '.join(roles.nuisance) or 'none'}, "
            f"without {', '.join(free)}. Add it, or give it one value.",
        )
    if roles.budget == "equal" and design.warning:
        counts = ", ".join(f"{level} {count:,}" for level, count in budgets.items())
        raise config.error(
            "roles.budget",
            f"asks for as many distinct settings of each level. Received: {counts}. "
            "Change the lists of values, or give `any` to be warned only.",
        )
    return design


def count_budgets(design: Design, arms: Sequence[Arm]) -> Design:
    """Return the design of a comparison whose list of arms has grown.

    Args:
        design: of the arms before.
        arms: all arms.
    """
    factor = design.scientific
    if not factor:
        return replace(design, budgets={ALL_SETTINGS: len(arms)}, nuisance=_varying(arms, ""))
    inside = [arm for arm in arms if factor in arm.setting]
    budgets = Counter(arm.setting[factor] for arm in inside)
    return replace(design, budgets=dict(budgets), nuisance=_varying(inside, factor), outside=len(arms) - len(inside))


def _varying(arms: Sequence[Arm], factor: str) -> tuple[str, ...]:
    """Hyperparameters that have several values, or are missing in some settings, within a level of the factor."""
    names = dict.fromkeys(name for arm in arms for name in arm.setting if name != factor)
    values = {name: {(arm.setting.get(factor), arm.setting.get(name)) for arm in arms} for name in names}
    levels = {arm.setting.get(factor) for arm in arms}
    # Optimizers differ in their hyperparameters by definition, not by tuning.
    return tuple(name for name in names if any(sum(pair[0] == level for pair in values[name]) > 1 for level in levels))
