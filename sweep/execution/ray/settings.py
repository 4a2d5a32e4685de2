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
    """

    source: Source
    resources: Resources
