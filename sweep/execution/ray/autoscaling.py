"""The size of a cluster: its nodes now, what it may grow to, and the request that it grows for a plan."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sweep.execution.ray.internals import node_groups
from sweep.execution.ray.resources import Node, Resources, require_room, room_of, room_on

SECONDS_WORTH_A_WORKER = 60.0
"""A node takes about a minute to come; a cluster does not grow for a worker that has less to train."""


@dataclass(frozen=True)
class Cluster:
    """What there is, and what there may be.

    Args:
        nodes: that are alive.
        kinds: of nodes that an autoscaler can start, each with how many of it there may be; empty without one.
        most: workers for which the autoscaler's limits of the whole cluster leave room; None without a limit.
    """

    nodes: tuple[Node, ...]
    kinds: tuple[tuple[Node, int], ...] = ()
    limits: Node | None = None

    def most(self, resources: Resources) -> int:
        """How many workers fit when the cluster has grown as far as it may."""
        grown = sum(count * room_of(node, resources) for node, count in self.kinds)
        if self.limits:
            limits = {name: self.limits.get(name, math.inf) for name in resources.bundle}
            grown = min(grown, *(int(limit // resources.bundle[name]) for name, limit in limits.items() if limit < 1e9))
        return max(room_on(self.nodes, resources), grown)


def look() -> Cluster:
    """Look at the cluster that this process belongs to."""
    import ray

    nodes = tuple(node["Resources"] for node in ray.nodes() if node["Alive"])  # type: ignore[no-untyped-call]
    kinds, limits = node_groups()
    return Cluster(nodes, tuple(kinds), limits)


def ask(bundles: list[dict[str, float]]) -> None:
    """Ask the autoscaler for room for ``bundles``; none takes back what was asked for."""
    from ray.autoscaler.sdk import request_resources

    request_resources(bundles=bundles)


def workers_for(cluster: Cluster, resources: Resources, seconds: float) -> int:
    """How many workers a plan is worth.

    Args:
        cluster: that trains it.
        resources: of each worker.
        seconds: estimate of the training time on one worker.

    Raises:
        ResourceError: when the cluster is too small.

    >>> workers_for(Cluster(({"CPU": 1.0},), (({"CPU": 4.0}, 10),)), Resources(), seconds=300.0)
    5
    """
    if resources.autoscale and resources.workers is not None:
        return resources.workers
    most = cluster.most(resources)
    require_room(cluster.nodes, resources, most)
    worth = max(1, room_on(cluster.nodes, resources), math.ceil(seconds / SECONDS_WORTH_A_WORKER))
    return resources.workers or min(most, worth)


@contextmanager
def grown_for(resources: Resources, seconds: float) -> Iterator[int]:
    """Ask the cluster to grow as the plan is worth, and take that back at the end; gives the number of workers."""
    cluster = on_the_cluster(resources, look)
    workers = workers_for(cluster, resources, seconds)
    if not seconds or not (cluster.kinds or resources.autoscale):
        yield workers
        return
    on_the_cluster(resources, ask, [resources.bundle] * workers)
    try:
        yield workers
    finally:
        on_the_cluster(resources, ask, [])


def on_the_cluster(resources: Resources, function: Any, *arguments: Any) -> Any:
    """Call a function in a process of the cluster: in this one, unless it is a client."""
    if not resources.is_client:
        return function(*arguments)
    import ray

    return ray.get(ray.remote(num_cpus=0)(function).remote(*arguments))
