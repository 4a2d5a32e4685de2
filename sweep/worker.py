"""The Ray Tune trainable: trains one pack and reports its epochs a few times a second."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from ray import tune
from threadpoolctl import threadpool_limits

from sweep.chunks import make_chunk
from sweep.packing import Job
from sweep.recipe import Recipe
from trainers.data import Dataset
from trainers.loop import EpochMetrics, fingerprints, train

REPORT_SECONDS = 0.5
CHUNK = "chunk"


@dataclass(frozen=True)
class Work:
    """What every worker gets once: the data, what all trials share, and all packs."""

    dataset: Dataset
    recipe: Recipe
    jobs: tuple[Job, ...]
    threads: int


class PackTrainer(tune.Trainable):
    """Trains the pack whose index is ``config["job"]``; kept for the next pack when it is done."""

    def setup(self, config: dict[str, Any], work: Work) -> None:  # type: ignore[override]
        """Take the work, and hold BLAS to the worker's own CPUs."""
        self.work = work
        threadpool_limits(limits=work.threads)
        self._begin(config)

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        """Go on with another pack in the same process."""
        self._begin(new_config)
        return True

    def _begin(self, config: dict[str, Any]) -> None:
        job = self.work.jobs[config["job"]]
        pack = job.pack(self.work.recipe, self.work.dataset)
        self._started_seconds = time.time()
        self._fingerprints: dict[int, dict[str, str]] | None = fingerprints(pack)
        self._training = train(pack)

    def step(self) -> dict[str, Any]:
        """Train until it is time to report, or to the end of the pack."""
        begin = time.monotonic()
        epochs: list[EpochMetrics] = []
        done = True
        for metrics in self._training:
            epochs.append(metrics)
            if time.monotonic() - begin > REPORT_SECONDS:
                done = False
                break
        if not epochs:
            return {"done": True}
        chunk = make_chunk(epochs, self._started_seconds, time.time(), self._fingerprints)
        self._fingerprints = None
        return {CHUNK: chunk, "done": done}
