"""Takes over the journal of Parquet files in which earlier versions kept the results of a sweep."""

from __future__ import annotations

from pathlib import Path

from sweep.records import Arm, Trial
from sweep.running.event_log import EventLog
from sweep.running.log_records import results_record
from sweep.running.trial_rows import UNREADABLE, read_part, to_results
from sweep.system.files import reported


def convert_journal(folder: Path, log: EventLog) -> list[str]:
    """Append what a journal holds to the event log, and delete the journal once that is on the disk.

    Args:
        folder: of the journal; it need not exist.
        log: of the same sweep.

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
        # Only the ids are kept: which settings they have, the plan knows.
        trials = [Trial(name, Arm("", "", {}), 0) for name in dict.fromkeys(rows["trial_id"].to_pylist())]
        log.append([results_record(to_results(rows, trials))])
    with reported(folder):
        for path in parts:
            path.unlink(missing_ok=True)
        if not any(folder.iterdir()):
            folder.rmdir()
    return problems
