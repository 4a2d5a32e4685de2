"""Writes sweeps to MLflow and opens its dashboard; MLflow itself is imported only when it is used."""

from sweep.tracking.addresses import resolve_uri
from sweep.tracking.arm_runs import ArmSummary, BaseRateSummary
from sweep.tracking.environment_tags import environment_tags
from sweep.tracking.internals import fallbacks
from sweep.tracking.records import DatasetRecord, RunLinks, RunStatus, SweepRecord, WriterReport
from sweep.tracking.store_check import check_store
from sweep.tracking.ui import open_dashboard
from sweep.tracking.writer import SweepWriter

__all__ = [
    "ArmSummary",
    "BaseRateSummary",
    "DatasetRecord",
    "RunLinks",
    "RunStatus",
    "SweepRecord",
    "SweepWriter",
    "WriterReport",
    "check_store",
    "environment_tags",
    "fallbacks",
    "open_dashboard",
    "resolve_uri",
]
