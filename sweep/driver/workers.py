"""Finds the resources of the workers of a sweep, how many fit, and which GPUs they use."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, floor

from sweep.config import SweepConfig
from sweep.execution.ray import Cluster, Resources, cluster_on, local_workers, ray_session, workers_for
from sweep.execution.ray.autoscaling import call_on_cluster, inspect_cluster
from sweep.system.cluster_address import require_answer
from sweep.system.gpus import Gpus, find_gpus


@dataclass(frozen=True)
class Workers:
    """The workers of a sweep.

    Args:
        resources: resources of each worker.
        count: number of workers.
        device: where a training computes: ``cpu``, ``cuda`` or ``mps``.
        note: one line on the GPUs that were found and their use; empty if there are none and none were asked for.
    """

    resources: Resources
    count: int
    device: str = "cpu"
    note: str = ""


def find_workers(config: SweepConfig) -> Workers:
    """Find the workers of a sweep.

    Raises:
        ResourceError: if this machine or the cluster is too small, or the cluster does not answer.
    """
    asked = config.resources
    resources = Resources(
        asked.address,
        None if asked.workers == "auto" else int(asked.workers),
        asked.cpus_per_worker,
        0.0 if asked.gpus_per_worker == "auto" else float(asked.gpus_per_worker),
        asked.autoscale,
        asked.memory_gb_per_worker,
    )
    if asked.address is not None:
        return _on_cluster(config, resources, asked.address)
    # A sweep that uses no GPU need not ask PyTorch.
    gpus = find_gpus() if _may_use_gpus(config) else Gpus()
    used, note = _share(config, resources, gpus)
    # Ray counts no GPU of Apple's.
    reserved = replace(used, gpus_per_worker=0.0) if gpus.device == "mps" else used
    count = 1 if asked.executor == "inline" else local_workers(reserved, gpus.count or None)
    return Workers(reserved, count, gpus.device if used.gpus_per_worker else "cpu", note)


def _on_cluster(config: SweepConfig, resources: Resources, address: str) -> Workers:
    require_answer(address)
    cluster = _look_at(resources, address)
    kinds = [*cluster.nodes, *(node for node, _ in cluster.kinds)]
    count = sum(node.get("GPU", 0.0) for node in cluster.nodes) or max(node.get("GPU", 0.0) for node in kinds)
    gpus = Gpus("cuda" if count else "cpu", int(count))
    used, note = _share(config, resources, gpus)
    return Workers(used, workers_for(cluster, used, 0.0), gpus.device if used.gpus_per_worker else "cpu", note)


def _look_at(resources: Resources, address: str) -> Cluster:
    if not resources.is_client:
        return cluster_on(address)
    with ray_session(replace(resources, gpus_per_worker=0.0)):
        found: Cluster = call_on_cluster(resources, inspect_cluster)
        return found


def _may_use_gpus(config: SweepConfig) -> bool:
    return config.own is not None or config.network_trainer.backend == "torch"


def _share(config: SweepConfig, resources: Resources, gpus: Gpus) -> tuple[Resources, str]:
    """Resolve ``gpus_per_worker: auto``: a GPU for each worker, or a part of one if more workers are asked for."""
    found = f"{gpus.count} {gpus.name}".strip() if gpus.name else f"{gpus.count} GPU{'s' if gpus.count > 1 else ''}"
    if config.resources.gpus_per_worker != "auto":
        idle = gpus.count and not resources.gpus_per_worker and _may_use_gpus(config)
        return resources, f"{found} found and idle, as `resources.gpus_per_worker` is 0" if idle else ""
    if not gpus.count or not _may_use_gpus(config):
        return resources, f"{found} found and idle, as the backend is numpy" if gpus.count else ""
    workers = resources.workers or gpus.count
    # A part is of one GPU, so that all GPUs are shared by as many workers; Ray counts in steps of 0.0001.
    share = floor(10_000 / ceil(workers / gpus.count)) / 10_000
    return replace(resources, gpus_per_worker=share), f"{found} found, {share:.3g} for each worker"
