"""Writes sweeps to MLflow and opens its dashboard; MLflow itself is imported only when it is used."""

from sweep.tracking.records import DatasetRecord, RunStatus, SweepRecord, WriterReport
from sweep.tracking.stores import check_store, resolve_uri
from sweep.tracking.ui import open_dashboard
from sweep.tracking.writer import SweepWriter

__all__ = [
    "DatasetRecord",
    "RunStatus",
    "SweepRecord",
    "SweepWriter",
    "WriterReport",
    "check_store",
    "open_dashboard",
    "resolve_uri",
]
