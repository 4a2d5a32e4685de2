"""Reads a table of times to target, with submissions as rows and workloads as columns, from CSV or JSON."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sweep.errors import ScoreError

if TYPE_CHECKING:
    import pandas as pd

MISSES = ("", "inf", "+inf", "infinity", "nan", "null", "none")
"""Lower-case cells of a CSV file that mean that the target was not reached."""

SHAPE = "Give rows of submissions and columns of workloads, such as `submission,mnist` and below it `adam,12.5`."


def read_times(path: str | Path) -> pd.DataFrame:
    """Read a table of times.

    CSV: a heading whose first cell is ignored, then a row for each submission, or for each of its studies; an empty
    cell is a miss. JSON: ``{"adam": {"mnist": 12.5, "wmt": null}}``, or a list of rows whose only text is the name of
    the submission: ``[{"submission": "adam", "mnist": 12.5}]``; a null or absent value is a miss.

    Args:
        path: a file with the extension ``.csv`` or ``.json``.

    Returns:
        index submissions, repeated for studies; columns workloads; infinity for a miss.

    Raises:
        ScoreError: if it cannot be read, or a time is not a number above 0.
    """
    path = Path(path)
    kind = path.suffix.lower()
    if kind not in (".csv", ".json"):
        raise ScoreError(
            f"`FILE` must end in .csv or .json. Received: `{path}`. Give a table of times to target as one of these."
        )
    try:
        # Spreadsheets write a byte order mark, which is not part of the first heading.
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ScoreError(f"`{path}` must be readable. Received: {reason}. Check the name of the file.") from error
    rows = list(_csv_rows(path, text) if kind == ".csv" else _json_rows(path, text))
    return _frame(path, rows)


def _csv_rows(path: Path, text: str) -> Iterable[tuple[str, dict[str, Any]]]:
    try:
        lines = [line for line in csv.reader(text.splitlines(), strict=True) if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise ScoreError(f"`{path}` must be a CSV file. Received: {error}. {SHAPE}") from error
    if not lines:
        raise ScoreError(f"`{path}` must hold a table. Received: an empty file. {SHAPE}")
    heading = [cell.strip() for cell in lines[0]]
    workloads = heading[1:]
    repeated = [name for name in workloads if workloads.count(name) > 1 or not name]
    if repeated:
        raise ScoreError(
            f"`{path}` must name each workload once. Received: `{repeated[0]}` in its heading. Rename the column."
        )
    for line in lines[1:]:
        if len(line) != len(heading):
            raise ScoreError(
                f"`{path}` row `{line[0].strip()}` must have {len(heading)} cells as its heading has. "
                f"Received: {len(line)}. Leave a cell empty for a miss."
            )
        cells = (cell.strip() for cell in line[1:])
        yield (
            line[0].strip(),
            dict(zip(workloads, (None if cell.lower() in MISSES else cell for cell in cells), strict=True)),
        )


def _json_rows(path: Path, text: str) -> Iterable[tuple[str, Mapping[str, Any]]]:
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise ScoreError(f"`{path}` must be JSON. Received: {error.msg} in line {error.lineno}. Correct it.") from error
    if isinstance(content, dict) and all(isinstance(row, dict) for row in content.values()):
        yield from content.items()
        return
    way_out = 'Give such as {"adam": {"mnist": 12.5, "wmt": null}}.'
    if not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
        raise ScoreError(
            f"`{path}` must hold an object of objects or a list of objects. Received: {_short(content)}. {way_out}"
        )
    for row in content:
        texts = [key for key, value in row.items() if isinstance(value, str)]
        if len(texts) != 1:
            raise ScoreError(
                f"`{path}` must have one text in each row of its list, the submission's name. "
                f"Received: {_short(row)}. {way_out}"
            )
        yield row[texts[0]], {key: value for key, value in row.items() if key != texts[0]}


def _frame(path: Path, rows: list[tuple[str, Mapping[str, Any]]]) -> pd.DataFrame:
    import pandas as pd

    workloads = list(dict.fromkeys(workload for _, row in rows for workload in row))
    if not rows or not workloads:
        missing = "workload" if rows else "submission"
        raise ScoreError(f"`{path}` must hold at least one {missing}. Received: none. {SHAPE}")
    for name, _ in rows:
        if not name:
            raise ScoreError(f"`{path}` must name each submission. Received: an empty name. Fill the first column.")
    values = [[_time(path, name, workload, row.get(workload)) for workload in workloads] for name, row in rows]
    return pd.DataFrame(values, index=[name for name, _ in rows], columns=workloads, dtype=np.float64)


def _time(path: Path, submission: str, workload: str, value: Any) -> float:
    if value is None:
        return math.inf
    try:
        time = math.nan if isinstance(value, bool | list | dict) else float(value)
    except (ValueError, OverflowError):
        time = math.nan
    if isinstance(value, float) and (math.isnan(value) or value == math.inf):
        return math.inf
    if not time > 0 or math.isinf(time):
        raise ScoreError(
            f"`{path}` row `{submission}`, column `{workload}` must be a number above 0, or empty for a miss. "
            f"Received: `{_short(value)}`. Correct the cell."
        )
    return time


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
