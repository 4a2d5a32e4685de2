"""Trains packs in this process, one after the other and without Ray: the same numbers, for the smallest sweeps."""

from __future__ import annotations

from collections.abc import Sequence

from threadpoolctl import threadpool_limits

from sweep.execution.boundary import next_report
from sweep.execution.ray import Listener
from sweep.execution.reports import train_in_chunks
from sweep.planning.packing import Job
from sweep.planning.recipe import Recipe
from trainers.data import Dataset


def train_inline(
    jobs: Sequence[Job],
    recipe: Recipe,
    dataset: Dataset,
    threads: int,
    tile_bytes: int,
    listener: Listener,
) -> None:
    """Train all packs here.

    Args:
        jobs: the packs.
        recipe: what they share.
        dataset: what they train on.
        threads: of BLAS.
        tile_bytes: of `trainers.loop.train`.
        listener: is told what happens, and asked after every report.
    """
    recipe.load_backend()
    with threadpool_limits(limits=threads):
        for index, job in enumerate(jobs):
            chunks = train_in_chunks(job, recipe, dataset, tile_bytes=tile_bytes)
            is_last = False
            while not is_last:
                if listener.should_stop():
                    return
                report = next_report(chunks)
                if isinstance(report, str):
                    listener.on_failure(index, report)
                    break
                listener.on_chunk(index, report)
                is_last = report.last
