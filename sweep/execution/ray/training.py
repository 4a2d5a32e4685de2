"""Trains packs where they can be trained: from this process, or by one on the cluster when this is a client."""

from __future__ import annotations

from sweep.execution.ray.assignment import Assignment
from sweep.execution.ray.listener import Listener
from sweep.execution.ray.remote import tune_remotely
from sweep.execution.ray.tuner import tune_jobs
from trainers.data import Dataset


def train_jobs(assignment: Assignment, dataset: Dataset, listener: Listener) -> None:
    """Train all packs inside a `ray_session`.

    Args:
        assignment: the packs, and how to train them.
        dataset: goes to the workers once, through the object store.
        listener: is told what happens.
    """
    tune_them = tune_remotely if assignment.resources.is_client else tune_jobs
    tune_them(assignment, dataset, listener)
