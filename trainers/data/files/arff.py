"""Reads ARFF, the format of Weka and OpenML, in which a header declares the type of each column."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from trainers.data.files.content import Content
from trainers.data.files.encoding import checked_encoding, encoding_of, undecodable
from trainers.data.files.memory import require_fits
from trainers.data.files.problems import check_names, check_rows, unreadable
from trainers.data.files.table import FileOptions, Table
from trainers.data.files.typed_cells import column_of
from trainers.errors import DataError, shortened

EXPECTED = "an ARFF file"

NUMBERS = ("numeric", "real", "integer")
OTHERS = ("string", "date")

SAMPLE = 1 << 16

_QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_CELL = re.compile(rf"\s*(?:({_QUOTED})|(?!\s*['\"])([^,]*?))\s*(,|$)")
_ATTRIBUTE = re.compile(rf"@attribute\s+({_QUOTED}|[^\s{{]+)\s*(.+)", re.IGNORECASE)
_SPARSE = re.compile(rf"\s*(\d+)\s+(?:({_QUOTED})|([^,\s]+))\s*(?:,|$)")
_WHOLE = re.compile(r"[-+]?\d+", re.ASCII)

Cell = str | None


@dataclass(frozen=True)
class Attribute:
    """A column as the header declares it.

    Args:
        name: of the column.
        kind: one of `NUMBERS`, one of `OTHERS`, or ``nominal``.
        values: of a nominal column, in their order.
    """

    name: str
    kind: str
    values: tuple[str, ...] = ()


def read(content: Content, options: FileOptions) -> Table:
    """Read an ARFF file: nominal columns are categories, and `?` without quotes is a missing value.

    Args:
        content: the file.
        options: the encoding applies.

    Raises:
        DataError: naming the line that cannot be read.
    """
    import pandas as pd

    require_fits(content.shown, content.size)
    sample = content.head(SAMPLE)
    encoding = checked_encoding(options.encoding) if options.encoding else encoding_of(content, sample)
    try:
        with io.TextIOWrapper(content.open(), encoding=encoding) as lines:
            numbered = enumerate(lines, 1)
            attributes = _header(content, numbered)
            check_names(content.origin, content.shown, [attribute.name for attribute in attributes])
            columns: list[list[Any]] = [[] for _ in attributes]
            _fill(columns, content, attributes, numbered)
    except UnicodeDecodeError as error:
        raise unreadable(
            content.shown, f"{EXPECTED} in the encoding {encoding}", undecodable(content, encoding) or error
        ) from error
    check_rows(content.origin, len(columns[0]))
    series = {each.name: _series(each, cells) for each, cells in zip(attributes, columns, strict=True)}
    return Table(name=content.origin, frame=pd.DataFrame(series, copy=False), is_typed=True)


def _header(content: Content, lines: Iterator[tuple[int, str]]) -> list[Attribute]:
    found: list[Attribute] = []
    for number, raw in lines:
        line = raw.strip()
        word = line.partition(" ")[0].partition("\t")[0].lower()
        if word == "@data":
            return found
        if word == "@attribute":
            found.append(_attribute(content, line, number))
        elif line and not line.startswith("%") and word != "@relation":
            raise unreadable(content.shown, EXPECTED, f"`{shortened(line)}` in line {number:,}, above @data")
    raise unreadable(content.shown, EXPECTED, "no line @data")


def _attribute(content: Content, line: str, number: int) -> Attribute:
    found = _ATTRIBUTE.fullmatch(line)
    kind = found[2].strip() if found else ""
    if found and kind.startswith("{") and kind.endswith("}"):
        cells = _cells(kind[1:-1])
        if cells is not None:
            return Attribute(_plain(found[1]), "nominal", tuple(text for text, _ in cells))
    word = kind.split()[0].lower() if kind else ""
    if not found or word not in (*NUMBERS, *OTHERS):
        raise DataError(
            f"each column of `{content.origin}` must be {', '.join((*NUMBERS, *OTHERS))} or a list of its values. "
            f"Received: `{shortened(line)}` in line {number:,}. Convert the column, or drop it."
        )
    return Attribute(_plain(found[1]), word)


def _fill(
    columns: list[list[Any]], content: Content, attributes: Sequence[Attribute], lines: Iterator[tuple[int, str]]
) -> None:
    """Append the cells of all rows to the columns."""
    readers = [_reader(attribute) for attribute in attributes]
    for number, raw in lines:
        line = raw.strip()
        if not line or line.startswith("%"):
            continue
        cells = _row(line, attributes)
        if cells is None or len(cells) != len(attributes):
            received = "cells that cannot be told apart" if cells is None else f"{len(cells):,} cells"
            raise DataError(
                f"each row of `{content.origin}` must have a cell for each of its {len(attributes):,} columns. "
                f"Received: {received} in line {number:,} (`{shortened(line)}`). Correct the row."
            )
        for column, attribute, read_cell, cell in zip(columns, attributes, readers, cells, strict=True):
            try:
                column.append(None if cell is None else read_cell(cell))
            except (ValueError, KeyError) as error:
                allowed = "its values" if attribute.kind == "nominal" else attribute.kind
                raise DataError(
                    f"column `{attribute.name}` of `{content.origin}` must hold {allowed}, as its header says. "
                    f"Received: `{shortened(str(cell))}` in line {number:,}. Correct the cell or the header."
                ) from error


def _reader(attribute: Attribute) -> Callable[[str], Any]:
    if attribute.kind == "nominal":
        known = {value: value for value in attribute.values}
        return known.__getitem__
    return _number if attribute.kind in NUMBERS else str


def _number(text: str) -> float | int:
    if _WHOLE.fullmatch(text):
        return int(text)
    if "_" in text:
        raise ValueError(text)
    return float(text)


def _row(line: str, attributes: Sequence[Attribute]) -> list[Cell] | None:
    if line.startswith("{"):
        return _sparse(line, attributes)
    if "'" not in line and '"' not in line:
        plain = [cell.strip() for cell in line.split(",")]
        return [None if cell == "?" else cell for cell in plain]
    cells = _cells(line)
    return None if cells is None else [None if text == "?" and not quoted else text for text, quoted in cells]


def _cells(line: str) -> list[tuple[str, bool]] | None:
    """The cells of a line, each with whether it is quoted; None if a quote does not end where a cell does."""
    found: list[tuple[str, bool]] = []
    position = 0
    while True:
        cell = _CELL.match(line, position)
        if cell is None:
            return None
        quoted, plain, end = cell[1], cell[2], cell[3]
        found.append((_plain(quoted) if quoted is not None else plain.strip(), quoted is not None))
        position = cell.end()
        if end == "":
            return found


def _sparse(line: str, attributes: Sequence[Attribute]) -> list[Cell] | None:
    """The cells of a row that names only those that are not 0, or not the first value of a nominal column."""
    if not line.endswith("}"):
        return None
    cells: list[Cell] = [each.values[0] if each.kind == "nominal" else "0" for each in attributes]
    inner, position = line[1:-1].strip(), 0
    while position < len(inner):
        cell = _SPARSE.match(inner, position)
        if cell is None or int(cell[1]) >= len(cells):
            return None
        cells[int(cell[1])] = _plain(cell[2]) if cell[2] is not None else None if cell[3] == "?" else cell[3]
        position = cell.end()
    return cells


def _plain(text: str) -> str:
    """A text without its quotes and the backslashes in them."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text


def _series(attribute: Attribute, cells: list[Any]) -> Any:
    import pandas as pd

    if attribute.kind == "nominal":
        return pd.Series(pd.Categorical(cells, categories=list(dict.fromkeys(attribute.values))))
    return column_of(cells)
