"""The journal of a sweep: results of trials in small files, each written whole as they arrive.

A part holds one row a trial; its epochs are lists in that row, so that a trial is there with all its epochs or not
at all.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from sweep.records import Trial, TrialResult
from sweep.system.files import replacing, reported

FINGERPRINTS = ("data", "split", "init", "batches")
FACTS = pa.schema(
    [
        ("trial_id", pa.string()),
        ("status", pa.string()),
        ("started_seconds", pa.float64()),
        ("ended_seconds", pa.float64()),
        ("diverged_step", pa.int64()),
        ("last_finite_loss", pa.float64()),
        ("error", pa.string()),
        ("tags", pa.string()),
        *((f"fingerprint_{name}", pa.string()) for name in FINGERPRINTS),
    ]
)
"""What a part holds of each trial, beside one column of lists a metric."""

METRIC_PREFIX = "epochs."
FINISHED = ("COMPLETED", "STOPPED", "DIVERGED")
"""Statuses that another run of the same sweep does not train again."""

UNREADABLE = (OSError, ValueError, KeyError, pa.ArrowException)
"""What reading a damaged part can raise."""

PARTS_KEPT = 64
"""So many small parts are merged into one, so that ten thousand trials do not mean ten thousand files."""


class Journal:
    """Appends parts to a folder and reads them back; the caller holds the folder's lock.

    Args:
        folder: where the parts are; made if need be.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with reported(folder):
            folder.mkdir(exist_ok=True)
        self._next = max((_number(path) for path in self._parts()), default=0) + 1
        self._recent: list[tuple[Path, pa.Table]] = []

    def append(self, results: Sequence[TrialResult]) -> None:
        """Write results as one part; when this returns, the end of the process does not lose them."""
        if not results:
            return
        path = self._folder / f"part-{self._next:06d}.parquet"
        self._next += 1
        table = to_table(results)
        _write(path, table)
        self._recent.append((path, table))
        if len(self._recent) >= PARTS_KEPT:
            self._merge(self._recent)
            self._recent = []

    def read(self) -> tuple[pa.Table, list[str]]:
        """Read all parts.

        Returns:
            A table of one row a trial, the latest where there are several; and a sentence for each part that
            cannot be read, whose trials are as if they had not been trained.
        """
        tables, problems = [FACTS.empty_table()], []
        for path in self._parts():
            try:
                tables.append(read_part(path))
            except UNREADABLE as error:
                reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
                problems.append(f"`{path}` cannot be read ({reason}); its trials are trained again.")
        return latest(pa.concat_tables(tables, promote_options="default")), problems

    def compact(self) -> None:
        """Merge all readable parts into one."""
        readable = []
        for path in self._parts():
            with contextlib.suppress(*UNREADABLE):
                readable.append((path, read_part(path)))
        if len(readable) > 1:
            self._merge(readable)
        self._recent = []

    def clear(self) -> None:
        """Delete all parts."""
        for path in self._parts():
            with reported(path):
                path.unlink(missing_ok=True)
        self._recent = []

    def _merge(self, parts: Sequence[tuple[Path, pa.Table]]) -> None:
        merged = pa.concat_tables([table for _, table in parts], promote_options="default")
        # The merged part takes the last one's place first: a kill in between leaves rows twice, never none.
        _write(parts[-1][0], latest(merged))
        for path, _ in parts[:-1]:
            with reported(path):
                path.unlink(missing_ok=True)

    def _parts(self) -> list[Path]:
        return sorted(self._folder.glob("part-*.parquet"))


def to_table(results: Sequence[TrialResult]) -> pa.Table:
    """Turn results into a table of one row a trial."""
    columns: dict[str, pa.Array] = {
        "trial_id": pa.array([result.trial.id for result in results], pa.string()),
        "status": pa.array([result.status for result in results], pa.string()),
        "started_seconds": pa.array([result.started_seconds for result in results], pa.float64()),
        "ended_seconds": pa.array([result.ended_seconds for result in results], pa.float64()),
        "diverged_step": pa.array([result.diverged_step for result in results], pa.int64()),
        "last_finite_loss": pa.array([result.last_finite_loss for result in results], pa.float64()),
        "error": pa.array([result.error for result in results], pa.string()),
        "tags": pa.array([json.dumps(dict(result.tags)) for result in results], pa.string()),
    }
    for name in FINGERPRINTS:
        values = [result.fingerprints.get(name) for result in results]
        columns[f"fingerprint_{name}"] = pa.array(values, pa.string())
    for name in metric_names(result.epochs for result in results):
        lists = [np.asarray(result.epochs.get(name, ()), dtype=np.float64) for result in results]
        offsets = np.concatenate([[0], np.cumsum([len(values) for values in lists])])
        columns[METRIC_PREFIX + name] = pa.ListArray.from_arrays(
            pa.array(offsets, pa.int32()), pa.array(np.concatenate(lists), pa.float64())
        )
    return pa.table(columns)


def to_results(table: pa.Table, trials: Iterable[Trial]) -> list[TrialResult]:
    """Turn rows of a journal back into results, in the order of ``trials``; trials without a row are left out."""
    rows = {row_id: row for row, row_id in enumerate(table["trial_id"].to_pylist())}
    facts = table.select(FACTS.names).to_pydict()
    names = [name for name in table.column_names if name.startswith(METRIC_PREFIX)]
    metrics = {name.removeprefix(METRIC_PREFIX): table[name] for name in names}
    results = []
    for trial in trials:
        if (row := rows.get(trial.id)) is None:
            continue
        fingerprints = {name: facts[f"fingerprint_{name}"][row] for name in FINGERPRINTS}
        results.append(
            TrialResult(
                trial,
                facts["status"][row],
                {name: np.asarray(lists[row].as_py() or (), dtype=np.float64) for name, lists in metrics.items()},
                {name: value for name, value in fingerprints.items() if value is not None},
                facts["started_seconds"][row],
                facts["ended_seconds"][row],
                facts["diverged_step"][row],
                facts["last_finite_loss"][row],
                facts["error"][row],
                json.loads(facts["tags"][row]),
            )
        )
    return results


def metric_names(epochs: Iterable[Mapping[str, object]]) -> list[str]:
    """All metric names in the order in which they are met."""
    return list(dict.fromkeys(name for metrics in epochs for name in metrics))


def _number(path: Path) -> int:
    digits = path.stem.removeprefix("part-")
    return int(digits) if digits.isdecimal() else 0


def _write(path: Path, table: pa.Table) -> None:
    with replacing(path) as temporary:
        parquet.write_table(table, temporary, compression="zstd")


def read_part(path: Path) -> pa.Table:
    """Read one file of results; what it can raise is in ``UNREADABLE``."""
    with path.open("rb") as stream:
        table = parquet.ParquetFile(stream).read()
    facts = table.select(FACTS.names).cast(FACTS)
    for name in table.column_names:
        if name.startswith(METRIC_PREFIX):
            facts = facts.append_column(name, table[name].cast(pa.list_(pa.float64())))
    facts.validate(full=True)
    return facts


def latest(table: pa.Table) -> pa.Table:
    """Keep the last row of each trial."""
    last = {trial_id: row for row, trial_id in enumerate(table["trial_id"].to_pylist())}
    return table if len(last) == len(table) else table.take(list(last.values()))
