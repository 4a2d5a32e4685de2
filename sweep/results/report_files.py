"""Knows the files of a report, and whether they tell of all that the event log holds."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from sweep.system.files import reported

REPORT, REPORT_MARKDOWN, FIGURES = "report.html", "report.md", "figures"


def is_current(folder: Path, logs: Iterable[Path]) -> bool:
    """Whether a folder has a whole report that is not older than its data.

    The page is written last, so that it is missing or old if its writing was interrupted.

    Args:
        folder: the results folder.
        logs: the files of its event log.
    """
    try:
        written = [(folder / name).stat().st_mtime_ns for name in (REPORT_MARKDOWN, REPORT)]
    except OSError:
        return False
    return min(written) >= max((path.stat().st_mtime_ns for path in logs), default=0)


def drop_report(folder: Path) -> None:
    """Delete the report of a folder.

    Raises:
        ResultsError: if the folder cannot be written.
    """
    with reported(folder):
        for name in (REPORT, REPORT_MARKDOWN):
            (folder / name).unlink(missing_ok=True)
        if (folder / FIGURES).exists():
            shutil.rmtree(folder / FIGURES)
