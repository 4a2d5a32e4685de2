"""Recorded learning curves of a sweep, in one small file or in its results folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from sweep.errors import ResultsError
from sweep.records import plain
from sweep.results.frames import load_results, read_settings
from sweep.running.trial_rows import FINISHED
from sweep.system.invocation import command

Floats = NDArray[np.float64]

COUNTERS = ("epoch", "steps", "examples", "seconds")


@dataclass(frozen=True)
class RecordedCurve:
    """The curve of a trial that was trained to its own end.

    Args:
        setting: hyperparameter -> value, of JSON types.
        seed: the seed.
        status: COMPLETED, STOPPED or DIVERGED.
        columns: metric -> (E,), with ``epoch``, ``steps``, ``examples`` and ``seconds``.
    """

    setting: Mapping[str, Any]
    seed: int
    status: str
    columns: Mapping[str, Floats]


def recorded_curves(folder: Path, metric: str) -> Iterator[RecordedCurve]:
    """Read the curves of a sweep's results.

    Args:
        folder: results folder.
        metric: the metric that is wanted, besides the counters.

    Raises:
        ResultsError: if the results cannot be read, or lack the metric.
    """
    result = load_results(folder)
    settings, trials, epochs = read_settings(folder), result.trials, result.epochs
    if metric not in epochs:
        raise _lacks(folder, metric)
    groups = {str(trial_id): rows for trial_id, rows in epochs.groupby("trial_id", sort=False)}
    names = [name for name in (*COUNTERS, metric) if name in epochs]
    for one in trials[trials["status"].isin(FINISHED)].to_dict("records"):
        rows = groups.get(one["trial_id"])
        columns = {
            name: np.empty(0) if rows is None else rows[name].to_numpy(np.float64, na_value=np.nan) for name in names
        }
        yield RecordedCurve(plain(settings[one["arm_id"]]), int(one["seed"]), str(one["status"]), columns)


def write_curves(path: Path, curves: Sequence[RecordedCurve]) -> None:
    """Write curves into one Parquet file, with one row per trial.

    Args:
        path: the file.
        curves: the curves.
    """
    names = list(dict.fromkeys(name for curve in curves for name in curve.columns))
    table = pa.table(
        {
            "setting": [json.dumps(dict(curve.setting), sort_keys=True) for curve in curves],
            "seed": [curve.seed for curve in curves],
            "status": [curve.status for curve in curves],
            **{
                # A count of many millions of examples is not exact as float32.
                name: pa.array(
                    [curve.columns[name].tolist() for curve in curves],
                    pa.list_(pa.float64() if name in COUNTERS else pa.float32()),
                )
                for name in names
            },
        }
    )
    parquet.write_table(table, path, compression="zstd")


def read_curves(path: Path, metric: str) -> Iterator[RecordedCurve]:
    """Read a file that `write_curves` wrote.

    Raises:
        ResultsError: if it is not such a file, or lacks the metric.
    """
    try:
        table = parquet.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise _not_curves(path, error) from error
    if metric not in table.column_names:
        raise _lacks(path, metric)
    names = [name for name in (*COUNTERS, metric) if name in table.column_names]
    for row in table.to_pylist():
        try:
            columns = {name: np.asarray(list(row[name]), dtype=np.float64) for name in names}
            yield RecordedCurve(dict(json.loads(row["setting"])), int(row["seed"]), str(row["status"]), columns)
        except (KeyError, TypeError, ValueError) as error:
            # Such as the tables of a results folder.
            raise _not_curves(path, error) from error


def _not_curves(path: Path, error: Exception) -> ResultsError:
    return ResultsError(
        f"`{path}` must be a Parquet file of recorded curves ({type(error).__name__}). "
        f"Write one with `{command('simulate', 'FILE', '--from', 'NAME', '--save', 'FILE')}`."
    )


def _lacks(path: Path, metric: str) -> ResultsError:
    return ResultsError(f"`{path}` must hold curves of `{metric}`, the metric of the sweep. Change `metric.name`.")
