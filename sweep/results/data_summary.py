"""Writes and reads what a sweep has found in its data: columns, classes, missing values, parts and leaks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweep.errors import ResultsError
from sweep.system.files import write_text

DATA = "data.json"


@dataclass(frozen=True, kw_only=True)
class ColumnSummary:
    """A column of a table.

    Args:
        name: of the column.
        role: ``feature``, ``left out``, ``target`` or ``split``, which decides the parts.
        encoding: how it becomes numbers, such as ``one_hot``; empty where it does not.
        categories: number of its categories; None for other columns.
        missing: number of rows without a value.
        distinct: number of different values.
        reason: why it is left out, or encoded as it is; empty for none.
    """

    name: str
    role: str
    encoding: str = ""
    categories: int | None = None
    missing: int = 0
    distinct: int = 0
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class TargetSummary:
    """The distribution of a numeric target."""

    minimum: float
    quartiles: tuple[float, float, float]
    maximum: float
    mean: float


@dataclass(frozen=True, kw_only=True)
class DataSummary:
    """The data of a sweep.

    Args:
        name: of the file or set.
        rows: number of rows of all parts.
        task: ``binary``, ``multiclass`` or ``regression``.
        features: number of inputs of the network, after encoding.
        columns: of a table; empty for arrays.
        classes: name and number of rows of each class, in the order of their indices; empty for a numeric target.
        target: distribution of a numeric target; None for classes.
        parts: ``training``, ``validation`` and ``test`` -> number of rows.
        held_out_by: what decides the parts, such as "a share of 0.2"; empty if unknown.
        notes: sentences on what was detected and decided.
        leaks: sentences on features that alone predict the target.
        duplicates: number of held-out rows that are also trained on.
    """

    name: str
    rows: int
    task: str
    features: int
    columns: tuple[ColumnSummary, ...] = ()
    classes: tuple[tuple[str, int], ...] = ()
    target: TargetSummary | None = None
    parts: Mapping[str, int]
    held_out_by: str = ""
    notes: tuple[str, ...] = ()
    leaks: tuple[str, ...] = ()
    duplicates: int = 0


def read_data_summary(folder: Path) -> DataSummary | None:
    """Read ``data.json`` of a results folder.

    Args:
        folder: the results folder.

    Returns:
        The summary; None for a sweep without one, of an earlier version or of a training of the user's own.

    Raises:
        ResultsError: for a damaged file.
    """
    path = folder / DATA
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged(path, str(error)) from error
    try:
        return _summary(json.loads(text))
    except KeyError as error:
        raise _damaged(path, f"no key `{error.args[0]}`") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise _damaged(path, str(error)) from error


def write_data_summary(folder: Path, summary: Mapping[str, Any]) -> None:
    """Write ``data.json``.

    Args:
        folder: results folder.
        summary: of JSON types, with the keys of `trainers.data.summary.DataSummary`, ``leaks`` and ``duplicates``.
    """
    write_text(folder / DATA, json.dumps(summary, indent=1, allow_nan=False) + "\n")


def _damaged(path: Path, reason: str) -> ResultsError:
    return ResultsError(
        f"`{path}` must describe the data of its sweep. Received: a damaged file, {reason.rstrip('.')}. Delete it for "
        "a report without the data, or run the sweep again, which writes it anew."
    )


def _summary(found: Mapping[str, Any]) -> DataSummary:
    return DataSummary(
        name=str(found["name"]),
        rows=int(found["rows"]),
        task=str(found["task"]),
        features=int(found["features"]),
        columns=tuple(map(_column, found.get("columns") or ())),
        classes=tuple((str(one["name"]), int(one["rows"])) for one in found.get("classes") or ()),
        target=_target(found["target"]) if found.get("target") else None,
        parts={str(name): int(rows) for name, rows in found["parts"].items()},
        held_out_by=str(found.get("held_out_by") or ""),
        notes=tuple(map(str, found.get("notes") or ())),
        leaks=tuple(map(str, found.get("leaks") or ())),
        duplicates=int((found.get("duplicates") or {}).get("across_parts") or 0),
    )


def _column(found: Mapping[str, Any]) -> ColumnSummary:
    categories = found.get("categories")
    return ColumnSummary(
        name=str(found["name"]),
        role=str(found["role"]),
        encoding=str(found.get("encoding") or ""),
        categories=None if categories is None else int(categories),
        missing=int(found.get("missing") or 0),
        distinct=int(found.get("distinct") or 0),
        reason=str(found.get("reason") or ""),
    )


def _target(found: Mapping[str, Any]) -> TargetSummary:
    low, middle, high = map(float, found["quartiles"])
    return TargetSummary(
        minimum=float(found["minimum"]),
        quartiles=(low, middle, high),
        maximum=float(found["maximum"]),
        mean=float(found["mean"]),
    )
