"""Trains packs on Ray: on this machine, on a cluster that it belongs to, or on one that it reaches as a client."""

from sweep.execution.ray.assignment import Assignment
from sweep.execution.ray.cluster_probe import workers_on
from sweep.execution.ray.listener import Listener
from sweep.execution.ray.resources import Resources, local_workers
from sweep.execution.ray.session import hush_ray, ray_session
from sweep.execution.ray.training import train_jobs

__all__ = [
    "Assignment",
    "Listener",
    "Resources",
    "hush_ray",
    "local_workers",
    "ray_session",
    "train_jobs",
    "workers_on",
]
