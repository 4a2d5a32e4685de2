"""Trains packs where they can be trained: from this process, or by one on the cluster when this is a client."""

from __future__ import annotations

from collections.abc import Sequence

from sweep.driver.listener import Listener
from sweep.driver.remote import tune_remotely
from sweep.driver.resources import Resources
from sweep.driver.tuning import tune_jobs
from sweep.packing import Job
from sweep.recipe import Recipe
from trainers.data import Dataset


def train_jobs(
    jobs: Sequence[Job],
    recipe: Recipe,
    dataset: Dataset,
    resources: Resources,
    workers: int,
    tile_bytes: int,
    listener: Listener,
) -> None:
    """Train all packs inside a `ray_session`.

    Args:
        jobs: the packs, the longest first.
        recipe: what they share.
        dataset: goes to the workers once, through the object store.
        resources: of each worker.
        workers: packs that train at once.
        tile_bytes: of `trainers.loop.train`.
        listener: is told what happens.
    """
    tune_them = tune_remotely if resources.is_client else tune_jobs
    tune_them(jobs, recipe, dataset, resources, workers, tile_bytes, listener)
