"""Drops what trials have written besides their metrics, unless it is to be kept."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from sweep.execution.sources.assignment import CHECKPOINT, FILES, TRIALS
from sweep.execution.sources.command import OF_A_COMMAND
from sweep.execution.sources.output import LOG
from sweep.records import Trial
from sweep.system.files import replacing


def write_files(folder: Path, trial: Trial, files: Mapping[str, bytes]) -> None:
    """Write the files of a trial that was trained on a machine without this folder.

    Args:
        folder: the results folder.
        trial: the trial.
        files: path in the trial's folder -> content.
    """
    place = (folder / TRIALS / trial.lineage).resolve()
    for name, content in files.items():
        path = (place / name).resolve()
        if path.is_relative_to(place):
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as temporary:
                temporary.write_bytes(content)


def drop_files(folder: Path, trials: Iterable[Trial], kept: Collection[str]) -> None:
    """Delete the checkpoints and files of trials; what they have printed stays.

    Args:
        folder: the results folder.
        trials: trials that have ended.
        kept: ids of those whose files stay.
    """
    if not (folder / TRIALS).is_dir():
        # Nothing is kept, as of most sweeps over our networks.
        return
    staying = {trial.lineage for trial in trials if trial.id in kept}
    for trial in trials:
        if not trial.lineage or trial.lineage in staying:
            continue
        place = folder / TRIALS / trial.lineage
        for name in (CHECKPOINT, *OF_A_COMMAND):
            (place / name).unlink(missing_ok=True)
        shutil.rmtree(place / FILES, ignore_errors=True)
        log = place / LOG
        if log.is_file() and not log.stat().st_size:
            log.unlink()
        # A trial that has printed nothing leaves nothing.
        with contextlib.suppress(OSError):
            place.rmdir()
    with contextlib.suppress(OSError):
        (folder / TRIALS).rmdir()
