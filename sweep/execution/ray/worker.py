"""The Ray Tune trainable: trains one pack and reports its epochs a few times a second."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ray
from ray import tune
from threadpoolctl import threadpool_limits

from sweep.execution.boundary import next_report
from sweep.execution.reports import train_in_chunks
from sweep.planning.packing import Job
from sweep.planning.recipe import Recipe
from trainers.data import Dataset
from trainers.imports import make_importable

REPORT = "report"

HOME = Path(__file__).parents[1]
"""Where this project is; Tune gives each trial another working folder."""


@dataclass(frozen=True)
class Work:
    """What every worker gets once: the data, what all trials share, and all packs."""

    dataset: Dataset
    recipe: Recipe
    jobs: tuple[Job, ...]
    threads: int
    compiled: bool
    tile_bytes: int
    folder: str
    """From which a user's own modules are imported; beside this project, if both have travelled."""
    names_nodes: bool = False
    """Whether each trial keeps the name of its node."""


class PackTrainer(tune.Trainable):
    """Trains the pack whose index is ``config["job"]``; kept for the next pack when it is done."""

    def setup(self, config: dict[str, Any], work: Work) -> None:  # type: ignore[override]
        """Take the work, and hold BLAS to the worker's own CPUs."""
        self.work = work
        make_importable(os.fspath(HOME / work.folder))
        # Several nodes may share a host name, as on one machine.
        self._node = (
            "" if not work.names_nodes else f"{socket.gethostname()}/{ray.get_runtime_context().get_node_id()[:8]}"
        )
        work.recipe.load_backend()
        threadpool_limits(limits=work.threads)
        self.reset_config(config)

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Go on with another pack in the same process."""
        job = self.work.jobs[new_config["job"]]
        work = self.work
        self._chunks = train_in_chunks(
            job, work.recipe, work.dataset, compiled=work.compiled, tile_bytes=work.tile_bytes
        )
        return True

    def step(self) -> dict[str, Any]:
        """Train until it is time to report, or to the end of the pack.

        A pack that fails says so as a result, so that Tune need not try it again; only a worker that dies has its
        pack trained again.

        Returns:
            a box with one report, which the driver empties: a `Chunk`, or in a sentence why the pack failed.
        """
        report = next_report(self._chunks)
        return {REPORT: [report if isinstance(report, str) else replace(report, node=self._node)]}
