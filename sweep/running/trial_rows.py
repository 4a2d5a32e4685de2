"""Converts results of trials to a table with one row per trial, whose epochs are list columns, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from sweep.records import Trial, TrialResult

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
        ("pruned_rung", pa.float64()),
        ("pruned_value", pa.float64()),
        ("tags", pa.string()),
        *((f"fingerprint_{name}", pa.string()) for name in FINGERPRINTS),
    ]
)
"""Columns of each trial, besides one list column per metric."""

LATER = ("pruned_rung", "pruned_value")
"""Columns that files of earlier versions lack."""

METRIC_PREFIX = "epochs."
FINISHED = ("COMPLETED", "STOPPED", "DIVERGED")
"""Statuses of trials that are not trained again by any sweep; see also `sweep.results.known_trials.is_finished`."""

UNREADABLE = (OSError, ValueError, KeyError, pa.ArrowException)
"""Exceptions that reading a damaged file can raise."""


def to_table(results: Sequence[TrialResult]) -> pa.Table:
    """Convert results to a table with one row per trial."""
    columns: dict[str, pa.Array] = {
        "trial_id": pa.array([result.trial.id for result in results], pa.string()),
        "status": pa.array([result.status for result in results], pa.string()),
        "started_seconds": pa.array([result.started_seconds for result in results], pa.float64()),
        "ended_seconds": pa.array([result.ended_seconds for result in results], pa.float64()),
        "diverged_step": pa.array([result.diverged_step for result in results], pa.int64()),
        "last_finite_loss": pa.array([result.last_finite_loss for result in results], pa.float64()),
        "error": pa.array([result.error for result in results], pa.string()),
        "pruned_rung": pa.array([result.pruned_rung for result in results], pa.float64()),
        "pruned_value": pa.array([result.pruned_value for result in results], pa.float64()),
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
    """Convert rows of such a table back to results, in the order of ``trials``; trials without a row are omitted."""
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
                trial=trial,
                status=facts["status"][row],
                epochs={
                    name: np.asarray(lists[row].as_py() or (), dtype=np.float64) for name, lists in metrics.items()
                },
                fingerprints={name: value for name, value in fingerprints.items() if value is not None},
                started_seconds=facts["started_seconds"][row],
                ended_seconds=facts["ended_seconds"][row],
                diverged_step=facts["diverged_step"][row],
                last_finite_loss=facts["last_finite_loss"][row],
                error=facts["error"][row],
                tags=json.loads(facts["tags"][row]),
                pruned_rung=facts["pruned_rung"][row],
                pruned_value=facts["pruned_value"][row],
            )
        )
    return results


def metric_names(epochs: Iterable[Mapping[str, object]]) -> list[str]:
    """Return all metric names in order of first appearance."""
    return list(dict.fromkeys(name for metrics in epochs for name in metrics))


def read_part(path: Path) -> pa.Table:
    """Read one file of results; raises the exceptions in ``UNREADABLE`` if it is damaged."""
    with path.open("rb") as stream:
        table = parquet.ParquetFile(stream).read()
    for name in LATER:
        if name not in table.column_names:
            table = table.append_column(name, pa.nulls(len(table), pa.float64()))
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
