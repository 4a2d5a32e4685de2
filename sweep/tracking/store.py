"""Interface of the stores to which sweeps are written, and their error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from sweep.errors.masking import hide_secrets
from sweep.tracking.records import RunStatus, SweepRecord
from sweep.tracking.trial_runs import TrialRun
from sweep.tracking.views import Seen

Artifacts = Mapping[str, Path | str | bytes]
"""Artifact path in the run -> a file, a folder, a text or bytes."""


class StoreError(Exception):
    """Writing to a store failed.

    Args:
        message: the reason in one sentence.
        permanent: True if a retry does not help.
    """

    def __init__(self, message: str, permanent: bool) -> None:
        super().__init__(hide_secrets(" ".join(message.split()))[:500])
        self.permanent = permanent


class SweepStore(Protocol):
    """Stores one sweep: its parent run, and a run for each trial. All methods raise StoreError."""

    @property
    def experiment_id(self) -> str:
        """Id of the experiment."""

    @property
    def run_id(self) -> str:
        """Id of the parent run."""

    def open(self, record: SweepRecord, environment: Mapping[str, str], description: str) -> None:
        """Find or create the experiment and the parent run, and find the runs of an earlier start."""

    def outcome(self, trial_id: str) -> str | None:
        """Status of the trial in its run; None if it has no complete run."""

    def run_ids(self) -> dict[str, str]:
        """Return the run id of each trial that has a complete run."""

    def write(self, runs: Sequence[TrialRun]) -> None:
        """Write complete runs; a retry with the same runs after an error writes none twice."""

    def save_views(self, record: SweepRecord, seen: Seen) -> None:
        """Save the dashboard views of the sweep."""

    def log_artifacts(self, artifacts: Artifacts) -> None:
        """Log the artifacts; nothing else depends on them."""

    def finish(self, status: RunStatus, metrics: Mapping[str, float]) -> None:
        """Log the metrics of the parent run and end it."""

    def close(self) -> None:
        """Close the connections."""
