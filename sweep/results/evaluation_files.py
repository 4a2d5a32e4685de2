"""Writes what the picked settings predict: their metrics on the test part, and predictions for the report's figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from sweep.results.predictions import PREDICTIONS, TEST
from sweep.system.files import replacing, reported


def write_test(folder: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write ``test.parquet``: one row for each trial that was evaluated on the test part; without rows delete it.

    Args:
        folder: results folder.
        rows: ``level arm_id arm trial_id seed`` and the metrics, such as ``test_accuracy``.
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    _write(folder / TEST, {name: [row.get(name) for row in rows] for name in names})


def is_evaluated(folder: Path, tested: Sequence[str], metrics: Sequence[str], shown: Sequence[str] = ()) -> bool:
    """Whether an earlier start has evaluated just these trials, so that they are not evaluated again.

    Args:
        folder: results folder.
        tested: ids of the trials that are evaluated on the test part; none without one.
        metrics: names of the metrics on it, without a part of the data.
        shown: ids of the trials whose predictions the figures show.
    """
    columns = {"trial_id", *(f"test_{name}" for name in metrics)}
    wanted = ((TEST, columns, tested), (PREDICTIONS, {"trial_id"}, shown))
    return all(_has_just(folder / name, needed, ids) for name, needed, ids in wanted if ids)


def _has_just(path: Path, columns: set[str], trial_ids: Sequence[str]) -> bool:
    """Whether a table has the columns, and rows of just these trials."""
    try:
        known = parquet.read_table(path, columns=["trial_id"])
        names = set(parquet.read_schema(path).names)
    except (OSError, pa.ArrowException):
        return False
    return columns <= names and set(known["trial_id"].to_pylist()) == set(trial_ids)


def write_predictions(folder: Path, levels: Sequence[Mapping[str, Any]]) -> None:
    """Write ``predictions.parquet``: one row for each example that a level's best trial predicts; or delete it.

    Args:
        folder: results folder.
        levels: ``level arm_id trial_id seed part`` of a trial, with its ``target`` (N,) and ``outputs`` (N, C).
    """
    columns: dict[str, list[Any]] = {}
    for one in levels:
        count = len(one["target"])
        for name in ("level", "arm_id", "trial_id", "seed", "part"):
            columns.setdefault(name, []).extend([one[name]] * count)
        columns.setdefault("target", []).extend(one["target"].tolist())
        outputs = np.asarray(one["outputs"], dtype=np.float64)
        for number in range(outputs.shape[1]):
            columns.setdefault(f"output_{number}", []).extend(outputs[:, number].tolist())
    _write(folder / PREDICTIONS, columns)


def _write(path: Path, columns: Mapping[str, Sequence[Any]]) -> None:
    with reported(path):
        if not columns:
            path.unlink(missing_ok=True)
            return
        with replacing(path) as temporary:
            parquet.write_table(pa.table(dict(columns)), temporary, compression="zstd")
