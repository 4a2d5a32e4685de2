"""What a training on Ray is asked to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sweep.execution.ray.resources import Resources
from sweep.planning.packing import Job
from sweep.planning.recipe import Recipe


@dataclass(frozen=True)
class Assignment:
    """All packs of a training, and how they are to be trained.

    Args:
        jobs: the packs, the longest first.
        recipe: what they share.
        resources: of each worker.
        workers: packs that train at once.
        tile_bytes: of `trainers.loop.train`.
    """

    jobs: Sequence[Job]
    recipe: Recipe
    resources: Resources
    workers: int
    tile_bytes: int
