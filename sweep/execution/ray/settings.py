"""Settings that all workers of a sweep on Ray share."""

from __future__ import annotations

from dataclasses import dataclass

from sweep.execution.ray.resources import Resources
from sweep.execution.sources.source import Source


@dataclass(frozen=True)
class WorkerSettings:
    """Settings shared by all workers.

    Args:
        source: what trains the packs; it is sent to the workers once, through the object store.
        resources: resources of each worker.
        grace_seconds: time that a training may take to end when the sweep is stopped, beyond that of a worker.
    """

    source: Source
    resources: Resources
    grace_seconds: float = 0.0
