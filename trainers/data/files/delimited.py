"""Reads tables of text, such as CSV: separator, decimal mark and encoding are detected where they are not given."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, NoReturn

from trainers.data.files.arrow_frames import frame_of
from trainers.data.files.content import Content
from trainers.data.files.dialect import Dialect, detect, records
from trainers.data.files.encoding import checked_encoding, encoding_of, guess_shown, other_encoding, undecodable
from trainers.data.files.first_rows import types_by_first_rows
from trainers.data.files.memory import require_fits
from trainers.data.files.problems import check_names, check_rows, unreadable
from trainers.data.files.row_numbers import are_row_numbers, named_row_numbers
from trainers.data.files.table import FileOptions, Table
from trainers.data.files.text_columns import NumberFormat, convert, loses_meaning
from trainers.errors import DataError, shortened

EXPECTED = "a text table with a header line"

SAMPLE = 1 << 18
"""Bytes from which the dialect is detected, or as many as hold a few rows."""

LONGEST_SAMPLE = 1 << 25

BLOCK = 1 << 22
"""Bytes that are parsed together; a row must be shorter."""

FOREIGN = {
    b"PK\x03\x04": "a ZIP archive, as a workbook of Excel is",
    b"\xd0\xcf\x11\xe0": "a workbook of Excel",
    b"PAR1": "a Parquet file",
    b"ARROW1": "a Feather file",
    b"\x1f\x8b": "a file that gzip has packed",
    b"\x28\xb5\x2f\xfd": "a file that zstd has packed",
    b"%PDF": "a PDF",
    b"SQLite format 3": "a SQLite database",
}
"""What the first bytes of other files are."""


def read(content: Content, options: FileOptions) -> Table:
    """Read a text table.

    Args:
        content: the file.
        options: as given by the user.

    Raises:
        DataError: naming the line that cannot be read.
    """
    require_fits(content.shown, content.size)
    sample = content.head(SAMPLE)
    _refuse_other_files(content, sample)
    given = checked_encoding(options.encoding) if options.encoding else None
    encoding = given or encoding_of(content, sample)
    try:
        return _read(content, options, encoding)
    except UnicodeDecodeError as error:
        if given or encoding not in ("utf-8", "utf-8-sig"):
            raise _wrong_encoding(content, encoding, error) from error
    # The beginning is UTF-8 and a line further down is not.
    encoding = other_encoding(content)
    try:
        return _read(content, options, encoding)
    except UnicodeDecodeError as error:
        raise _wrong_encoding(content, encoding, error) from error


def _read(content: Content, options: FileOptions, encoding: str) -> Table:
    """Read in a known encoding.

    Raises:
        UnicodeDecodeError: if the file is not in it.
    """
    nul, quotes = content.counts(b"\0", b'"')
    if nul and encoding in ("utf-8", "utf-8-sig"):
        raise _nul_bytes(content, content.line_of(b"\0") or 1)
    try:
        dialect = _detect(content, options, encoding)
        given, dialect = dialect.names, replace(dialect, names=named_row_numbers(dialect.names))
        check_names(content.origin, content.shown, dialect.names)
        check_rows(content.origin, len(dialect.rows))
        if quotes % 2:
            _require_closed_quotes(content, dialect, encoding)
        columns = _columns(content, dialect, options, encoding, has_quotes=quotes > 0)
        if "" in given and not are_row_numbers(columns[dialect.names[given.index("")]]):
            check_names(content.origin, content.shown, given)
    except csv.Error as error:
        raise unreadable(content.shown, EXPECTED, f"{error}, as after a quote that is never closed") from error
    thousands = f", thousands `{options.thousands}`" if options.thousands else ""
    guess = "" if options.encoding else guess_shown(content, encoding)
    note = f"text table: {dialect}{thousands}, encoding {_called(encoding)}{guess}"
    return Table(name=content.origin, frame=frame_of(columns), is_typed=False, notes=(note,))


def _detect(content: Content, options: FileOptions, encoding: str) -> Dialect:
    size, total = SAMPLE, content.size
    decimal = options.decimal or ("," if options.thousands == "." else "." if options.thousands == "," else None)
    while True:
        head = content.head(size)
        is_whole = len(head) >= total
        # Half a character at the end of the sample is no error.
        found = detect(
            codecs.getincrementaldecoder(encoding)().decode(head, is_whole),
            name=content.origin,
            is_whole=is_whole,
            separator=options.separator,
            decimal=decimal,
            preferred="\t" if content.ending in (".tsv", ".tab") else ",",
        )
        if is_whole or len(found.rows) > 1 or size >= LONGEST_SAMPLE:
            return found
        size *= 8


def _columns(
    content: Content, dialect: Dialect, options: FileOptions, encoding: str, *, has_quotes: bool
) -> dict[str, Any]:
    """Read all columns, numeric where every cell is a number, as dictionaries where words repeat."""
    import pyarrow as pa

    written = NumberFormat(decimal=dialect.decimal, thousands=options.thousands)
    if dialect.separator == " " or dialect.has_blanks:
        content, dialect, encoding = _rewritten(content, dialect, encoding)
        has_quotes = True
    types = types_by_first_rows(dialect, written, options.missing)
    parse = partial(_parse, content, dialect, options, encoding, has_quotes=has_quotes)
    table = _numbers(parse, types) if pa.float64() in types.values() else None
    if table is None:
        types = {name: pa.large_string() if kind == pa.float64() else kind for name, kind in types.items()}
        try:
            table = parse(types)
        except (pa.ArrowException, UnicodeDecodeError) as error:
            _explain(content, dialect, encoding, error)
    # Each column of text is dropped once it is converted, so that its memory can be used for the next ones.
    left = table.columns[::-1]
    del table
    is_text = pa.large_string()
    return {name: convert(left.pop(), written) if types[name] == is_text else left.pop() for name in dialect.names}


def _numbers(parse: Callable[[dict[str, Any]], Any], types: dict[str, Any]) -> Any:
    """Parse the rows; None if not all cells of the columns of numbers turn out to be numbers."""
    import pyarrow as pa

    try:
        table = parse(types)
    except pa.ArrowException:
        return None
    return None if any(pa.types.is_floating(one.type) and loses_meaning(one) for one in table.columns) else table


def _parse(
    content: Content,
    dialect: Dialect,
    options: FileOptions,
    encoding: str,
    types: dict[str, Any],
    *,
    has_quotes: bool,
) -> Any:
    """Parse the rows into columns of some types.

    Raises:
        pa.ArrowException: if a row or a number cannot be parsed.
    """
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    source = content.path if content.path is not None else pa.BufferReader(content.unpacked)
    with pa.OSFile(str(source.absolute())) if content.path is not None else source as stream:
        return arrow_csv.read_csv(
            stream,
            read_options=arrow_csv.ReadOptions(
                block_size=BLOCK,
                skip_rows=dialect.header_lines,
                column_names=list(dialect.names),
                encoding="utf8" if encoding in ("utf-8", "utf-8-sig") else encoding,
            ),
            parse_options=arrow_csv.ParseOptions(
                # Without a quote no cell holds the end of a line, and blocks are found without parsing them first.
                delimiter=dialect.separator,
                newlines_in_values=has_quotes,
                invalid_row_handler=_skip_blank,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=types,
                null_values=["", *options.missing],
                strings_can_be_null=True,
                decimal_point=dialect.decimal if dialect.decimal != dialect.separator else ".",
            ),
        )


def _skip_blank(row: Any) -> str:
    """Skip a line of blanks, as pandas does."""
    return "error" if row.text.strip() else "skip"


def _rewritten(content: Content, dialect: Dialect, encoding: str) -> tuple[Content, Dialect, str]:
    """Write a table whose separators are runs of spaces, or are followed by blanks, with single separators."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")
    with io.TextIOWrapper(content.open(), encoding=encoding, newline="") as lines:
        rows = records(lines, dialect.separator, skips_blanks=True)
        next(rows)
        for line, cells in rows:
            if len(cells) != len(dialect.names):
                raise _uneven(content, dialect, line, cells)
            writer.writerow(cell.strip() for cell in cells)
    data = written.getvalue().encode()
    plain = Content(name=content.name, origin=content.origin, shown=content.shown, unpacked=data)
    return plain, Dialect(separator=",", names=dialect.names, header_lines=0, rows=dialect.rows), "utf-8"


def _explain(content: Content, dialect: Dialect, encoding: str, error: Exception) -> NoReturn:
    """Raise the error of a file that could not be parsed, with its line.

    Raises:
        UnicodeDecodeError: if it is not in its encoding.
        DataError: otherwise.
    """
    if undecodable(content, encoding):
        raise UnicodeDecodeError(encoding, b"", 0, 1, "not in this encoding")
    with io.TextIOWrapper(content.open(), encoding=encoding, newline="") as lines:
        rows = records(lines, dialect.separator)
        next(rows, None)
        for line, cells in rows:
            if len(cells) != len(dialect.names):
                raise _uneven(content, dialect, line, cells)
    raise unreadable(content.shown, EXPECTED, error) from error


def _uneven(content: Content, dialect: Dialect, line: int, cells: list[str]) -> DataError:
    row = shortened(dialect.separator.join(cells))
    received = f"{len(dialect.names):,} names, and {len(cells):,} cells in line {line:,} (`{row}`)"
    way_out = "Correct the row, and put a cell that contains the separator into quotes."
    if dialect.rows and all(len(row) == len(dialect.names) + 1 for row in dialect.rows):
        way_out = "Name every column, that of row names too (R: col.names = NA), or leave the row names out."
    elif len(cells) == 1 or len(cells) < len(dialect.names):
        way_out = "Complete the row, or delete it if the file was cut off there."
    return DataError(
        f"each row of `{content.origin}` must have as many cells as the header. Received: {received}. {way_out}"
    )


def _require_closed_quotes(content: Content, dialect: Dialect, encoding: str) -> None:
    """Refuse a quote that makes all that follows a single cell."""
    try:
        with io.TextIOWrapper(content.open(), encoding=encoding, newline="") as lines:
            for _ in records(lines, dialect.separator, skips_blanks=dialect.has_blanks, is_strict=True):
                pass
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            raise unreadable(content.shown, EXPECTED, f"{error}: a quote that is never closed") from error


def _called(encoding: str) -> str:
    return encoding.removesuffix("-sig")


def _wrong_encoding(content: Content, encoding: str, error: UnicodeDecodeError) -> DataError:
    return DataError(
        f"`{content.shown}` must be text in the encoding {_called(encoding)}. "
        f"Received: {undecodable(content, encoding) or error.reason}. "
        "Give the right `encoding`, such as cp1252 or utf-16, or leave it out."
    )


def _nul_bytes(content: Content, line: int) -> DataError:
    place = "the header" if line == 1 else f"line {line:,}"
    return DataError(
        f"`{content.shown}` must be {EXPECTED}. Received: NUL bytes in {place}. "
        "Save it as UTF-8 if it is UTF-16; a spreadsheet is exported, not renamed."
    )


def _refuse_other_files(content: Content, sample: bytes) -> None:
    for start, what in FOREIGN.items():
        if sample.startswith(start):
            raise DataError(
                f"`{content.shown}` must be {EXPECTED}. Received: {what}. Give the file the ending of its format."
            )
