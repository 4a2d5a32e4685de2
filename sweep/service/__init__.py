"""Runs sweeps as jobs on a remote Ray cluster: submits and follows them, and downloads their results."""

from sweep.service.cluster import Cluster, Job
from sweep.service.submission import Submission, submit

__all__ = ["Cluster", "Job", "Submission", "submit"]
