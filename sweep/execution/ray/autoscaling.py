"""Determines the current and maximum size of a cluster, and asks its autoscaler to grow it for a plan."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sweep.execution.ray.internals import node_groups
from sweep.execution.ray.resources import Node, Resources, require_capacity, workers_per_cluster, workers_per_node

SECONDS_WORTH_A_WORKER = 60.0
"""Starting a node takes about a minute; a cluster does not grow for a worker with less to train."""


@dataclass(frozen=True)
class Cluster:
    """Nodes of a cluster, and the limits of its autoscaler.

    Args:
        nodes: resources of each live node.
        kinds: resources and maximum number of each type of node that the autoscaler can start; empty without one.
        limits: the autoscaler's resource limits of the whole cluster; None without limits.
    """

    nodes: tuple[Node, ...]
    kinds: tuple[tuple[Node, int], ...] = ()
    limits: Node | None = None

    def most(self, resources: Resources) -> int:
        """Number of workers that fit when the cluster has its maximum size."""
        grown = sum(count * workers_per_node(node, resources) for node, count in self.kinds)
        if self.limits:
            limits = {name: self.limits.get(name, math.inf) for name in resources.bundle}
            grown = min(grown, *(int(limit // resources.bundle[name]) for name, limit in limits.items() if limit < 1e9))
        return max(workers_per_cluster(self.nodes, resources), grown)


def inspect_cluster() -> Cluster:
    """Return the nodes and limits of the cluster that this process belongs to."""
    import ray

    nodes = tuple(node["Resources"] for node in ray.nodes() if node["Alive"])  # type: ignore[no-untyped-call]
    kinds, limits = node_groups()
    return Cluster(nodes, tuple(kinds), limits)


def request_bundles(bundles: list[dict[str, float]]) -> None:
    """Request resources for ``bundles`` from the autoscaler; an empty list cancels earlier requests."""
    from ray.autoscaler.sdk import request_resources

    request_resources(bundles=bundles)


def workers_for(cluster: Cluster, resources: Resources, seconds: float) -> int:
    """Determine how many workers to use for a plan.

    Args:
        cluster: the cluster.
        resources: resources of each worker.
        seconds: estimated training time on one worker.

    Raises:
        ResourceError: if the cluster is too small.

    >>> workers_for(Cluster(({"CPU": 1.0},), (({"CPU": 4.0}, 10),)), Resources(), seconds=300.0)
    5
    """
    if resources.autoscale and resources.workers is not None:
        return resources.workers
    most = cluster.most(resources)
    require_capacity(cluster.nodes, resources, most)
    worth = max(1, workers_per_cluster(cluster.nodes, resources), math.ceil(seconds / SECONDS_WORTH_A_WORKER))
    return resources.workers or min(most, worth)


@contextmanager
def autoscaled(resources: Resources, seconds: float) -> Iterator[int]:
    """Request workers for a plan and cancel the request at the end; yields the number of workers."""
    cluster = call_on_cluster(resources, inspect_cluster)
    workers = workers_for(cluster, resources, seconds)
    if not seconds or not (cluster.kinds or resources.autoscale):
        yield workers
        return
    call_on_cluster(resources, request_bundles, [resources.bundle] * workers)
    try:
        yield workers
    finally:
        call_on_cluster(resources, request_bundles, [])


def call_on_cluster(resources: Resources, function: Any, *arguments: Any) -> Any:
    """Call a function on the cluster: in this process, or in a remote task if this process is a client."""
    if not resources.is_client:
        return function(*arguments)
    import ray

    return ray.get(ray.remote(num_cpus=0)(function).remote(*arguments))
