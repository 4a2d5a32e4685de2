"""Reads a sheet of a workbook of Excel, as the values that were last computed."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Sequence
from typing import Any

from trainers.data.files.content import Content
from trainers.data.files.memory import require_fits
from trainers.data.files.problems import check_names, check_rows, unreadable
from trainers.data.files.table import FileOptions, Table
from trainers.data.files.typed_cells import column_of
from trainers.errors import DataError, did_you_mean, listed, shortened

EXPECTED = "a workbook of Excel, .xlsx"

OLE = b"\xd0\xcf\x11\xe0"
"""What a workbook with a password begins with, and one of Excel 97."""


def read(content: Content, options: FileOptions) -> Table:
    """Read a sheet: its first row with a value holds the names.

    **Variant.** Read by openpyxl rather than `pandas.read_excel`, which makes errors such as #DIV/0! and formulas that
    were never computed missing values without a word.

    Args:
        content: the file.
        options: the sheet applies; without it the first one is read.

    Raises:
        DataError: if it cannot be read, or a formula was never computed.
    """
    import pandas as pd

    if content.head(len(OLE)) == OLE:
        raise unreadable(content.shown, EXPECTED, "a workbook with a password, or one of Excel 97 (.xls)")
    sheet, others, rows = _read(content, options.sheet, computed=True)
    while rows and not any(_is_filled(cell) for cell in rows[-1]):
        rows.pop()
    above = next((at for at, row in enumerate(rows) if any(_is_filled(cell) for cell in row)), len(rows))
    rows = rows[above:]
    width = max((_width(row) for row in rows), default=0)
    names = [_name(cell) for cell in _padded(rows[0], width)] if rows else []
    _require_header_first(content, sheet, rows, names)
    check_names(content.origin, content.shown, names)
    check_rows(content.origin, len(rows) - 1)
    columns = list(zip(*(_padded(row, width) for row in rows[1:]), strict=True))
    if any(cell is None for column in columns for cell in column):
        _require_computed(content, options.sheet)
    frame = pd.DataFrame({name: column_of(cells) for name, cells in zip(names, columns, strict=True)}, copy=False)
    left_out = f", and not {listed(others, most=3)}" if others else ""
    return Table(name=content.origin, frame=frame, is_typed=True, notes=(f"sheet `{sheet}`{left_out}",))


def _read(content: Content, sheet: str | int | None, *, computed: bool) -> tuple[str, list[str], list[list[Any]]]:
    """The name of the sheet, those of the others, and its rows: values, or with ``computed`` false formulas."""
    try:
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException
    except ImportError as error:
        raise DataError(
            f"`{content.shown}` must be read by openpyxl. Received: no such package. "
            'Install it (pip install "optimizer-sweep[excel]"), or save the sheet as CSV.'
        ) from error
    try:
        with content.open() as stream, zipfile.ZipFile(stream) as archive:
            require_fits(content.shown, sum(entry.file_size for entry in archive.infolist()))
        with content.open() as stream, warnings.catch_warnings():
            # Of parts of a workbook that hold no values, such as rules for what may be typed.
            warnings.simplefilter("ignore")
            book = load_workbook(stream, read_only=True, data_only=computed)
            found = _sheet(content, [each.title for each in book.worksheets], sheet)
            rows = [list(row) for row in book[found].iter_rows(values_only=True)]
            names = [each.title for each in book.worksheets if each.title != found]
    except (OSError, EOFError, KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError, zlib.error,
            zipfile.BadZipFile, InvalidFileException) as error:  # fmt: skip
        if isinstance(error, DataError):
            raise
        raise unreadable(content.shown, EXPECTED, error) from error
    return found, names, rows


def _sheet(content: Content, names: Sequence[str], given: str | int | None) -> str:
    position = 0 if given is None else given
    if isinstance(position, int) and 0 <= position < len(names):
        return names[position]
    if str(given) in names:
        # A sheet may be called 2024.
        return str(given)
    raise DataError(
        f"`{content.origin}` has no sheet `{given if given is not None else 'with cells'}`."
        f"{did_you_mean(str(given), names)} Sheets: {listed(names) or 'none'}. Name one as `sheet`."
    )


def _require_header_first(content: Content, sheet: str, rows: Sequence[Sequence[Any]], names: Sequence[str]) -> None:
    filled = [name for name in names if name]
    if len(names) > 2 and len(filled) == 1 and len(rows) > 2:
        raise DataError(
            f"the first row of sheet `{sheet}` of `{content.origin}` must hold the names of the columns. "
            f"Received: `{shortened(filled[0])}`, a title. Delete the rows above the names."
        )


def _require_computed(content: Content, sheet: str | int | None) -> None:
    """Refuse formulas without a value, which a program has written that computes nothing."""
    from openpyxl.utils import get_column_letter

    _, _, values = _read(content, sheet, computed=True)
    _, _, formulas = _read(content, sheet, computed=False)
    for number, (row, others) in enumerate(zip(values, formulas, strict=False), 1):
        for position, (value, formula) in enumerate(zip(row, others, strict=False), 1):
            if value is None and isinstance(formula, str) and formula.startswith("="):
                place = f"{get_column_letter(position)}{number}"
                raise DataError(
                    f"the formulas of `{content.origin}` must have values. Received: `{shortened(formula)}` in cell "
                    f"{place}, which has none. Open it in Excel or LibreOffice and save it."
                )


def _is_filled(cell: Any) -> bool:
    return cell is not None and cell != ""


def _width(row: Sequence[Any]) -> int:
    return max((at for at, cell in enumerate(row, 1) if _is_filled(cell)), default=0)


def _padded(row: Sequence[Any], width: int) -> list[Any]:
    cells = list(row[:width])
    return [*cells, *[None] * (width - len(cells))]


def _name(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()
