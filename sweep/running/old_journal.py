"""Converts the Parquet journal of earlier versions, which held the results of a sweep, to the event log."""

from __future__ import annotations

from pathlib import Path

from sweep.records import Arm, Trial
from sweep.running.event_log import EventLog
from sweep.running.log_records import results_record
from sweep.running.trial_rows import UNREADABLE, read_part, to_results
from sweep.system.files import reported


def convert_journal(folder: Path, log: EventLog) -> list[str]:
    """Append the results of a journal to the event log, then delete the journal.

    Args:
        folder: folder of the journal, which may not exist.
        log: event log of the same sweep.

    Returns:
        A sentence for each file that cannot be read.
    """
    if not folder.is_dir():
        return []
    problems = []
    parts = sorted(folder.glob("part-*.parquet"))
    for path in parts:
        try:
            rows = read_part(path)
        except UNREADABLE as error:
            reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
            problems.append(f"`{path}` cannot be read ({reason}); its trials are trained again.")
            continue
        # Only the ids are needed; the plan has the settings.
        trials = [Trial(name, Arm("", "", {}), 0) for name in dict.fromkeys(rows["trial_id"].to_pylist())]
        log.append([results_record(to_results(rows, trials))])
    with reported(folder):
        for path in parts:
            path.unlink(missing_ok=True)
        if not any(folder.iterdir()):
            folder.rmdir()
    return problems
