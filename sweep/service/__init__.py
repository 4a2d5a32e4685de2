"""Sweeps on a cluster that someone else may run: submits them as Ray jobs, follows them, and brings back results."""

from sweep.service.cluster import Cluster, Job
from sweep.service.submission import Submission, submit

__all__ = ["Cluster", "Job", "Submission", "submit"]
