"""Caches finished trials by id and code version, so that unchanged ones are not trained again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from sweep.records import Trial, TrialResult
from sweep.running.trial_rows import FINISHED, UNREADABLE, latest, read_part, to_results, to_table
from sweep.system.files import replacing, reported


class TrialCache:
    """Cache of the finished trials of one version of the code, with one file per plan.

    Args:
        root: folder of all caches.
        code: digest of the code.
    """

    def __init__(self, root: Path, code: str) -> None:
        self.folder = root / code

    def find(self, trials: Sequence[Trial]) -> list[TrialResult]:
        """Return the cached results of ``trials``; unreadable files are ignored."""
        tables = []
        for path in sorted(self.folder.glob("*.parquet")):
            try:
                tables.append(read_part(path))
            except UNREADABLE:
                continue
        if not tables:
            return []
        return to_results(latest(pa.concat_tables(tables, promote_options="default")), trials)

    def add(self, plan_hash: str, results: Sequence[TrialResult]) -> None:
        """Add the finished trials of a plan."""
        finished = [result for result in results if result.status in FINISHED]
        if not finished:
            return
        with reported(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        with replacing(self.folder / f"{plan_hash[:16]}.parquet") as temporary:
            parquet.write_table(to_table(finished), temporary, compression="zstd")
