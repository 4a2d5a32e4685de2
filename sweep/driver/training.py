"""Trains packs where they can be trained: from this process, or by one on the cluster when this is a client."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sweep.chunks import Chunk
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
    *,
    on_chunk: Callable[[int, Chunk], None],
    on_retry: Callable[[int], None],
    on_failure: Callable[[int, str], None],
    should_stop: Callable[[], bool],
) -> None:
    """Train all packs inside a `ray_session`.

    Args:
        jobs: the packs, the longest first.
        recipe: what they share.
        dataset: goes to the workers once, through the object store.
        resources: of each worker.
        workers: packs that train at once.
        tile_bytes: of `trainers.loop.train`.
        on_chunk: called with the index of the job and what its worker reports.
        on_retry: called with the index of a job whose worker died, and which starts over.
        on_failure: called with the index of a job that failed for good, and why in one sentence.
        should_stop: asked several times a second; True ends the training.
    """
    tune_them = tune_remotely if resources.is_client else tune_jobs
    tune_them(
        jobs,
        recipe,
        dataset,
        resources,
        workers,
        tile_bytes,
        on_chunk=on_chunk,
        on_retry=on_retry,
        on_failure=on_failure,
        should_stop=should_stop,
    )
