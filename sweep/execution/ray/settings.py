"""Settings that all workers of a sweep on Ray share."""

from __future__ import annotations

from dataclasses import dataclass

from sweep.execution.ray.resources import Resources
from sweep.planning.recipe import Recipe


@dataclass(frozen=True)
class WorkerSettings:
    """Settings shared by all workers.

    Args:
        recipe: what all packs share.
        resources: resources of each worker.
        tile_bytes: as in `trainers.loop.train`.
        seconds: estimated training time of each worker.
    """

    recipe: Recipe
    resources: Resources
    tile_bytes: int
    seconds: float = 0.0
