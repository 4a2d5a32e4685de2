"""Finds the resources of the workers of a sweep, and how many fit."""

from __future__ import annotations

from sweep.config import SweepConfig
from sweep.execution.ray import Resources, local_workers, ray_session, workers_on
from sweep.system.cluster_address import require_answer


def find_workers(config: SweepConfig) -> tuple[Resources, int]:
    """Return the resources of each worker, and the number of workers.

    Raises:
        ResourceError: if this machine or the cluster is too small, or the cluster does not answer.
    """
    asked = config.resources
    resources = Resources(
        asked.address,
        None if asked.workers == "auto" else int(asked.workers),
        asked.cpus_per_worker,
        asked.gpus_per_worker,
        asked.autoscale,
    )
    workers = local_workers(resources) if resources.address is None else _cluster_workers(resources, resources.address)
    return resources, 1 if asked.executor == "inline" else workers


def _cluster_workers(resources: Resources, address: str) -> int:
    require_answer(address)
    if not resources.is_client:
        return workers_on(resources, address)
    with ray_session(resources) as workers:
        return workers
