"""Copies the state of a paused trial to another one, which goes on from it with its own reports behind it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sweep.execution.sources.assignment import FILES, PAUSED, TRIALS, Row, paused_file
from sweep.execution.sources.state import read_facts, with_facts, write_state
from sweep.records import Trial

LACKING = (
    "`scheduler.method: pbt` needs the state of each trial after each interval, from which others go on. Received: "
    "none. Call `trial.save` before `trial.report`, or write into the trial's folder, which all workers must share."
)
"""What a trial has failed for that was to go on from a state that is not there."""


def take_over(folder: Path, trial: Trial, donor: Trial, epoch: int, rows: Sequence[Row]) -> bool:
    """Replace the checkpoint with which a trial has paused, and its own files, by those of another.

    Args:
        folder: the results folder.
        trial: the trial that goes on from the state of the other.
        donor: the other, which has paused too.
        epoch: the epoch after which the other has, and from which both go on.
        rows: the reports that the trial has made, which it keeps.

    Returns:
        Whether there was a state to take over; where not, the trial has none any more.
    """
    source, target = (paused_file(folder / PAUSED, one.id, epoch) for one in (donor, trial))
    files, own = (folder / TRIALS / one.lineage / FILES for one in (donor, trial))
    facts: dict[str, Any] | None = read_facts(source)
    has_files = files.is_dir() and any(files.iterdir())
    if facts is None or (facts.get("state_epoch", epoch) == 0 and not has_files):
        target.unlink(missing_ok=True)
        return False
    facts |= {"trial_id": trial.id, "epoch": epoch, "rows": list(rows)}
    write_state(target, with_facts(source, facts))
    if has_files or own.is_dir():
        shutil.rmtree(own, ignore_errors=True)
    if has_files:
        shutil.copytree(files, own)
    return True
