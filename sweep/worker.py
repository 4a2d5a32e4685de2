"""The Ray Tune trainable: trains one pack and reports its epochs a few times a second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ray import tune
from threadpoolctl import threadpool_limits

from sweep.boundary import next_report
from sweep.chunks import train_in_chunks
from sweep.packing import Job
from sweep.recipe import Recipe
from trainers.data import Dataset
from trainers.imports import make_importable

CHUNK = "chunk"
FAILURE = "failure"


@dataclass(frozen=True)
class Work:
    """What every worker gets once: the data, what all trials share, and all packs."""

    dataset: Dataset
    recipe: Recipe
    jobs: tuple[Job, ...]
    threads: int
    compiled: bool
    folder: str
    """From which a user's own modules are imported, as where the sweep was started."""


class PackTrainer(tune.Trainable):
    """Trains the pack whose index is ``config["job"]``; kept for the next pack when it is done."""

    def setup(self, config: dict[str, Any], work: Work) -> None:  # type: ignore[override]
        """Take the work, and hold BLAS to the worker's own CPUs."""
        self.work = work
        make_importable(work.folder)
        threadpool_limits(limits=work.threads)
        self.reset_config(config)

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Go on with another pack in the same process."""
        job = self.work.jobs[new_config["job"]]
        self._chunks = train_in_chunks(job, self.work.recipe, self.work.dataset)
        return True

    def step(self) -> dict[str, Any]:
        """Train until it is time to report, or to the end of the pack.

        A pack that fails says so as a result, so that Tune need not try it again; only a worker that dies has its
        pack trained again.
        """
        report = next_report(self._chunks)
        if isinstance(report, str):
            return {FAILURE: report, "done": True}
        return {CHUNK: report, "done": report.last}
