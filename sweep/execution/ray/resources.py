"""What a worker takes, and how many of them a machine or the nodes of a cluster have room for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sweep.errors import ResourceError
from sweep.system.limits import available_cpus, available_gpus

Node = Mapping[str, float]
"""Resources of one node, as Ray names them: ``CPU``, ``GPU`` and more."""


@dataclass(frozen=True)
class Resources:
    """What the workers may use.

    Args:
        address: of a running Ray cluster; None starts Ray on this machine.
        workers: how many packs train at once; None is as many as there is room for.
        cpus_per_worker: also the BLAS threads of a worker.
        gpus_per_worker: may be a fraction.
        autoscale: the cluster adds nodes itself until it has room for ``workers``, which is then a number.
    """

    address: str | None = None
    workers: int | None = None
    cpus_per_worker: int = 1
    gpus_per_worker: float = 0.0
    autoscale: bool = False

    @property
    def is_client(self) -> bool:
        """Whether the cluster is reached as a client, from a machine that does not belong to it."""
        return self.address is not None and self.address.startswith("ray://")

    @property
    def bundle(self) -> dict[str, float]:
        """What Ray keeps for one worker."""
        share = {"GPU": self.gpus_per_worker} if self.gpus_per_worker else {}
        return {"CPU": float(self.cpus_per_worker), **share}


def room_of(node: Node, resources: Resources) -> int:
    """How many workers fit one node; a worker cannot be spread over two.

    >>> room_of({"CPU": 5.0}, Resources(cpus_per_worker=2))
    2
    >>> room_of({"CPU": 8.0, "GPU": 2.0}, Resources(gpus_per_worker=0.4))
    4
    """
    room = int(node.get("CPU", 0) // resources.cpus_per_worker)
    if resources.gpus_per_worker:
        room = min(room, _fitting(node.get("GPU", 0), resources.gpus_per_worker))
    return room


def room_on(nodes: Sequence[Node], resources: Resources) -> int:
    """How many workers fit a cluster: the sum of what fits each node.

    >>> room_on([{"CPU": 1.0}, {"CPU": 3.0}], Resources(cpus_per_worker=2))
    1
    """
    return sum(room_of(node, resources) for node in nodes)


def _fitting(gpus: float, share: float) -> int:
    # A fraction lies on one GPU. Ten tenths fit one: 1 // 0.1 is 9.
    if share < 1:
        return int(gpus) * int(1 / share + 1e-9)
    return int(gpus // share)


def local_workers(resources: Resources) -> int:
    """How many workers this machine has room for.

    Raises:
        ResourceError: when not one, or fewer than asked for.
    """
    require_a_share_that_exists(resources)
    cpus = available_cpus()
    room = cpus // resources.cpus_per_worker
    if room < 1:
        raise ResourceError(
            f"`resources.cpus_per_worker` must be at most the {cpus} CPUs of this machine. "
            f"Received: {resources.cpus_per_worker}. Ask for fewer."
        )
    if resources.workers is not None and resources.workers > room:
        raise ResourceError(
            f"`resources.workers` must be at most {room}, the {cpus} CPUs of this machine shared by "
            f"{resources.cpus_per_worker} a worker. Received: {resources.workers}. Ask for fewer, or `auto`."
        )
    gpus = available_gpus()
    fitting = room_of({"CPU": cpus, "GPU": gpus}, resources)
    if fitting < (resources.workers or 1):
        raise ResourceError(
            f"`resources.gpus_per_worker` must fit the {gpus} GPUs of this machine. "
            f"Received: {resources.gpus_per_worker:g} for each of {resources.workers or 1} workers. Ask for less."
        )
    return resources.workers or fitting


def require_room(nodes: Sequence[Node], resources: Resources, most: int) -> None:
    """Refuse a cluster that has no room for the workers, even when it has grown.

    Args:
        nodes: of the cluster, as it is.
        resources: of the workers.
        most: workers that fit when it has grown as far as it may.

    Raises:
        ResourceError: when fewer fit than were asked for, or none.
    """
    require_a_share_that_exists(resources)
    wanted = resources.workers or 1
    if most >= wanted:
        return
    sizes = ", ".join(f"{node.get('CPU', 0):g} CPUs and {node.get('GPU', 0):g} GPUs" for node in nodes[:8])
    more = f" and {len(nodes) - 8} more" if len(nodes) > 8 else ""
    raise ResourceError(
        f"`resources` must fit the cluster, which has room for {most} such workers on {len(nodes)} nodes "
        f"({sizes}{more}). Received: {wanted} workers of {resources.cpus_per_worker} CPUs and "
        f"{resources.gpus_per_worker:g} GPUs, each on one node. Ask for less, add "
        "nodes, or set `resources.autoscale` if the cluster adds them itself."
    )


def require_a_share_that_exists(resources: Resources) -> None:
    """Refuse one GPU and a half, which Ray cannot give.

    Raises:
        ResourceError: when the share is above 1 and not whole.
    """
    if resources.gpus_per_worker > 1 and resources.gpus_per_worker % 1:
        raise ResourceError(
            f"`resources.gpus_per_worker` must be whole, or a part of one GPU. "
            f"Received: {resources.gpus_per_worker:g}. Give such as 0.5, 1 or 2."
        )
