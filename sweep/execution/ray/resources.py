"""Resources of a worker, and how many workers fit a machine or the nodes of a cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sweep.errors import ResourceError
from sweep.system.limits import available_cpus, available_gpus, available_memory_bytes

Node = Mapping[str, float]
"""Resources of one node, as Ray names them: ``CPU``, ``GPU`` and more."""


@dataclass(frozen=True)
class Resources:
    """Resources of the workers.

    Args:
        address: address of a running Ray cluster; None starts Ray on this machine.
        workers: number of workers; None is as many as fit.
        cpus_per_worker: CPUs and BLAS threads of a worker.
        gpus_per_worker: GPUs of a worker; may be a fraction.
        autoscale: whether the cluster adds nodes itself until ``workers``, which must be a number, fit.
        memory_gb: memory that is reserved for each worker, in gigabytes; None reserves none.
    """

    address: str | None = None
    workers: int | None = None
    cpus_per_worker: int = 1
    gpus_per_worker: float = 0.0
    autoscale: bool = False
    memory_gb: float | None = None

    @property
    def is_client(self) -> bool:
        """Whether the cluster is reached through Ray Client, from a machine outside it."""
        return self.address is not None and self.address.startswith("ray://")

    @property
    def bundle(self) -> dict[str, float]:
        """Resources that Ray reserves for one worker."""
        share = {"GPU": self.gpus_per_worker} if self.gpus_per_worker else {}
        memory = {"memory": self.memory_gb * 1e9} if self.memory_gb else {}
        return {"CPU": float(self.cpus_per_worker), **share, **memory}


def workers_per_node(node: Node, resources: Resources) -> int:
    """Return how many workers fit one node; a worker cannot span nodes.

    >>> workers_per_node({"CPU": 5.0}, Resources(cpus_per_worker=2))
    2
    >>> workers_per_node({"CPU": 8.0, "GPU": 2.0}, Resources(gpus_per_worker=0.4))
    4
    """
    room = int(node.get("CPU", 0) // resources.cpus_per_worker)
    if resources.gpus_per_worker:
        room = min(room, _fitting(node.get("GPU", 0), resources.gpus_per_worker))
    if resources.memory_gb:
        room = min(room, int(node.get("memory", 0) // (1e9 * resources.memory_gb)))
    return room


def workers_per_cluster(nodes: Sequence[Node], resources: Resources) -> int:
    """Return how many workers fit a cluster: the sum over its nodes.

    >>> workers_per_cluster([{"CPU": 1.0}, {"CPU": 3.0}], Resources(cpus_per_worker=2))
    1
    """
    return sum(workers_per_node(node, resources) for node in nodes)


def _fitting(gpus: float, share: float) -> int:
    # A fractional share is on one GPU. Avoids floor division: ten tenths fit one GPU, but 1 // 0.1 is 9.
    if share < 1:
        return int(gpus) * int(1 / share + 1e-9)
    return int(gpus // share)


def local_workers(resources: Resources, gpus: int | None = None) -> int:
    """Return how many workers fit this machine.

    Args:
        resources: resources of the workers.
        gpus: number of GPUs of this machine; None counts those of NVIDIA.

    Raises:
        ResourceError: if none fits, or fewer than requested.
    """
    require_valid_gpu_share(resources)
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
    gpus = available_gpus() if gpus is None else gpus
    memory = available_memory_bytes()
    without_memory = replace(resources, memory_gb=None)
    if workers_per_node({"CPU": cpus, "memory": memory}, replace(resources, gpus_per_worker=0.0)) < (
        resources.workers or 1
    ):
        raise ResourceError(
            f"`resources.memory_gb_per_worker` must fit the {memory / 1e9:.1f} GB of this machine's free memory. "
            f"Received: {resources.memory_gb:g} for each of {resources.workers or 1} workers. Ask for less."
        )
    fitting = workers_per_node({"CPU": cpus, "GPU": gpus, "memory": memory}, resources)
    if workers_per_node({"CPU": cpus, "GPU": gpus}, without_memory) < (resources.workers or 1):
        raise ResourceError(
            f"`resources.gpus_per_worker` must fit the {gpus} GPUs of this machine. "
            f"Received: {resources.gpus_per_worker:g} for each of {resources.workers or 1} workers. Ask for less."
        )
    return resources.workers or fitting


def require_capacity(nodes: Sequence[Node], resources: Resources, most: int) -> None:
    """Refuse a cluster that the workers do not fit, even at its maximum size.

    Args:
        nodes: current nodes of the cluster.
        resources: resources of the workers.
        most: number of workers that fit at its maximum size.

    Raises:
        ResourceError: if fewer fit than requested, or none.
    """
    require_valid_gpu_share(resources)
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


def require_valid_gpu_share(resources: Resources) -> None:
    """Refuse shares such as 1.5 GPUs, which Ray cannot allocate.

    Raises:
        ResourceError: if the share is above 1 and not a whole number.
    """
    if resources.gpus_per_worker > 1 and resources.gpus_per_worker % 1:
        raise ResourceError(
            f"`resources.gpus_per_worker` must be whole, or a part of one GPU. "
            f"Received: {resources.gpus_per_worker:g}. Give such as 0.5, 1 or 2."
        )
