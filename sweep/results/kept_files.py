"""Drops what trials have written besides their metrics, unless it is to be kept."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable
from pathlib import Path

from sweep.execution.sources.assignment import CHECKPOINT, FILES, TRIALS
from sweep.records import Trial


def drop_files(folder: Path, trials: Iterable[Trial], kept: Collection[str]) -> None:
    """Delete the checkpoints and files of trials; what they have printed stays.

    Args:
        folder: the results folder.
        trials: trials that have ended.
        kept: ids of those whose files stay.
    """
    staying = {trial.lineage for trial in trials if trial.id in kept}
    for trial in trials:
        if not trial.lineage or trial.lineage in staying:
            continue
        place = folder / TRIALS / trial.lineage
        (place / CHECKPOINT).unlink(missing_ok=True)
        shutil.rmtree(place / FILES, ignore_errors=True)
