"""Reads JSON with one object in each line, or a list of objects; the keys are the columns."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

from trainers.data.files.content import Content
from trainers.data.files.encoding import checked_encoding, encoding_of, undecodable
from trainers.data.files.memory import require_fits
from trainers.data.files.problems import check_names, check_rows
from trainers.data.files.table import FileOptions, Table
from trainers.data.files.typed_cells import column_of
from trainers.errors import DataError, shortened

SAMPLE = 1 << 16


def read(content: Content, options: FileOptions) -> Table:
    """Read JSON lines, or a list of objects; a key that an object lacks is a missing value.

    Args:
        content: the file.
        options: the encoding applies.

    Raises:
        DataError: naming the line that is not an object.
    """
    import pandas as pd

    require_fits(content.shown, content.size)
    head = content.head(SAMPLE)
    encoding = checked_encoding(options.encoding) if options.encoding else encoding_of(content, head)
    columns: dict[str, list[Any]] = {}
    rows = 0
    try:
        with io.TextIOWrapper(content.open(), encoding=encoding) as lines:
            for record in _records(content, lines):
                for name, value in record.items():
                    column = columns.setdefault(name, [])
                    column += [None] * (rows - len(column))
                    column.append(value)
                rows += 1
    except UnicodeDecodeError as error:
        raise DataError(
            f"`{content.shown}` must be JSON in the encoding {encoding}. "
            f"Received: {undecodable(content, encoding) or error.reason}. Give its `encoding`, or save it as UTF-8."
        ) from error
    if rows == 1 and all(isinstance(column[0], dict | list) for column in columns.values()):
        raise _not_records(content, "one object whose values are lists or objects")
    check_names(content.origin, content.shown, list(columns))
    check_rows(content.origin, rows)
    for column in columns.values():
        column += [None] * (rows - len(column))
    frame = pd.DataFrame({name: column_of(columns.pop(name)) for name in list(columns)}, copy=False)
    return Table(name=content.origin, frame=frame, is_typed=True)


def _records(content: Content, lines: io.TextIOWrapper) -> Iterator[dict[str, Any]]:
    """The objects of a file, one after another."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if number == 1 and line.lstrip().startswith("["):
            yield from _listed(content, line + lines.read())
            return
        yield _object(content, line, number)


def _object(content: Content, line: str, number: int) -> dict[str, Any]:
    try:
        found = json.loads(line.strip(), object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        if number == 1 and line.strip() == "{":
            raise _not_records(content, "one object over several lines") from error
        raise DataError(
            f"each line of `{content.shown}` must hold one JSON object. "
            f"Received: `{shortened(line.strip())}` in line {number:,}, which is not JSON ({_reason(error)}). "
            "Correct the line."
        ) from error
    if not isinstance(found, dict):
        raise DataError(
            f"each line of `{content.shown}` must hold one JSON object. "
            f"Received: `{shortened(line.strip())}` in line {number:,}. Write it as a name and a value for each column."
        )
    return found


def _reason(error: Exception) -> str:
    return f"{error.msg}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else str(error)


def _listed(content: Content, text: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"`{content.shown}` must be a list of JSON objects, or one object in each line. Received: {error}. "
            "Check the file, or write it again."
        ) from error
    if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
        raise _not_records(content, "a list of something else")
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name `{shortened(repeated)}` stands in it twice")
    return found


def _not_records(content: Content, received: str) -> DataError:
    return DataError(
        f"`{content.shown}` must be a list of JSON objects, or one object in each line. Received: {received}. "
        "Write one object for each row (pandas: to_json(path, orient='records', lines=True))."
    )
