"""Trains packs on Ray: on this machine, on a cluster that it belongs to, or on one that it reaches as a client."""

from sweep.execution.executor import Executor
from sweep.execution.ray.cluster_probe import workers_on
from sweep.execution.ray.internals import fallbacks
from sweep.execution.ray.remote import RemoteExecutor
from sweep.execution.ray.resources import Resources, local_workers
from sweep.execution.ray.session import hush_ray, ray_session
from sweep.execution.ray.settings import WorkerSettings
from sweep.execution.ray.tuner import TuneExecutor
from trainers.data import Dataset

__all__ = [
    "Resources",
    "WorkerSettings",
    "fallbacks",
    "hush_ray",
    "local_workers",
    "ray_executor",
    "ray_session",
    "workers_on",
]


def ray_executor(settings: WorkerSettings, dataset: Dataset, workers: int) -> Executor:
    """The executor for the cluster of a `ray_session`.

    Args:
        settings: of the workers.
        dataset: goes to the workers once, through the object store.
        workers: that may live at once.
    """
    kind = RemoteExecutor if settings.resources.is_client else TuneExecutor
    return kind(settings, dataset, workers)
