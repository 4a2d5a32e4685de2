"""Search methods that choose settings from a space, one file per method."""

from __future__ import annotations

from collections.abc import Iterator

from sweep.config import SweepConfig
from sweep.planning.search.conditions import meeting
from sweep.planning.search.grid import grid
from sweep.planning.search.size import asked_settings, require_listable
from sweep.planning.space import subspaces
from sweep.records import Setting


def settings(config: SweepConfig) -> Iterator[Setting]:
    """Yield the settings of a sweep by its ``search.method``; a setting may occur more than once."""
    for subspace in subspaces(config):
        yield from grid(subspace)


__all__ = ["asked_settings", "grid", "meeting", "require_listable", "settings"]
