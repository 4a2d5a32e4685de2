"""Counts the settings of a sweep without generating them, and refuses sweeps with too many trials."""

from __future__ import annotations

import math

from sweep.config import SweepConfig
from sweep.config.distributions import Distribution
from sweep.config.free_space import FreeSpace
from sweep.planning.space import Subspace, subspaces


def asked_settings(config: SweepConfig) -> int:
    """Count the requested settings of a grid: the sum over the parts of the space of the products of list lengths."""
    parts = config.space.parts if isinstance(config.space, FreeSpace) else subspaces(config)
    return sum(map(combinations, parts))


def combinations(subspace: Subspace) -> int:
    """Count the settings of a grid over a subspace.

    >>> combinations({"optimizer": ("sgd",), "learning_rate": (0.1, 0.2), "batch_size": (16, 32, 64)})
    6
    """
    return math.prod(1 if isinstance(domain, Distribution) else len(domain) for domain in subspace.values())


def require_listable(config: SweepConfig) -> None:
    """Refuse a sweep of more trials than `search.limit`, before any of them is generated.

    Raises:
        ConfigError: with both counts.
    """
    if not config.search.is_grid:
        _require_few_drawn(config)
        return
    settings, seeds, limit = asked_settings(config), len(config.selection_seeds), config.search.limit
    if (trials := settings * seeds) > limit:
        counted = f"{settings:,} setting{'s' if settings > 1 else ''} ({trials:,} trials)"
        fewer = "List fewer values" + (" or seeds" if seeds > 1 else "")
        raise config.error(
            "search.limit",
            f"allows {limit:,} trials, settings times seeds. Received: {counted}. "
            f"{fewer}, or give `search.limit: {trials}`.",
        )


def _require_few_drawn(config: SweepConfig) -> None:
    """Refuse a budget of a level that is above `search.limit` already."""
    search, seeds = config.search, len(config.selection_seeds)
    trials = max([search.trials or 0, *search.levels.values()]) * seeds
    if trials > search.limit:
        raise config.error(
            "search.limit",
            f"allows {search.limit:,} trials, settings times seeds. Received: {trials:,} trials of a level. "
            f"Give fewer `search.trials`, or `search.limit: {trials}`.",
        )
