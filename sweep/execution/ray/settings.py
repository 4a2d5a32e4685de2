"""How the workers of a sweep train on Ray."""

from __future__ import annotations

from dataclasses import dataclass

from sweep.execution.ray.resources import Resources
from sweep.planning.recipe import Recipe


@dataclass(frozen=True)
class WorkerSettings:
    """What all workers have in common.

    Args:
        recipe: what all packs share.
        resources: of each worker.
        tile_bytes: of `trainers.loop.train`.
        seconds: estimate of how long each worker trains.
    """

    recipe: Recipe
    resources: Resources
    tile_bytes: int
    seconds: float = 0.0
