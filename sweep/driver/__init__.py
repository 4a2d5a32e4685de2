"""Trains packs on Ray: on this machine, on a cluster that it belongs to, or on one that it reaches as a client."""

from sweep.driver.assignment import Assignment
from sweep.driver.listener import Listener
from sweep.driver.looking import workers_on
from sweep.driver.resources import Resources, local_workers
from sweep.driver.session import hush_ray, ray_session
from sweep.driver.training import train_jobs

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
