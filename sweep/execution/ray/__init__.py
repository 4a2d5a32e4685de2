"""Trains packs on Ray: on this machine, on a cluster that includes it, or on a remote cluster as a client."""

from sweep.execution.executor import Executor
from sweep.execution.ray.autoscaling import Cluster, workers_for
from sweep.execution.ray.cluster_probe import cluster_on
from sweep.execution.ray.internals import fallbacks
from sweep.execution.ray.remote import RemoteExecutor
from sweep.execution.ray.resources import Resources, local_workers
from sweep.execution.ray.session import ray_session, silence_ray
from sweep.execution.ray.settings import WorkerSettings
from sweep.execution.ray.tuner import TuneExecutor

__all__ = [
    "Cluster",
    "Resources",
    "WorkerSettings",
    "cluster_on",
    "fallbacks",
    "local_workers",
    "ray_executor",
    "ray_session",
    "silence_ray",
    "workers_for",
]


def ray_executor(settings: WorkerSettings, workers: int) -> Executor:
    """Create the executor for the cluster of a `ray_session`.

    Args:
        settings: settings of the workers.
        workers: maximum number of concurrent workers.
    """
    kind = RemoteExecutor if settings.resources.is_client else TuneExecutor
    return kind(settings, workers)
