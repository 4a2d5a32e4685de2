"""Finds out how a text table is written: the separator of its cells, and the decimal mark of its numbers."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from trainers.errors import DataError, shortened

SEPARATORS = (",", ";", "\t", "|")
"""Tried in this order; runs of spaces are tried if none of them splits the header."""

MOST_ROWS = 1000
"""So many rows decide."""

LONGEST_CELL = 131_072
"""Characters of the longest cell that is looked at, the limit of Python's reader."""

LONG = f"a cell of more than {LONGEST_CELL:,} characters"

SPELLED = {"\t": "tab", " ": "space"}
"""How a separator is called in messages where it cannot be seen."""

_POINT = re.compile(r"[-+]?(\d+\.\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
_COMMA = re.compile(r"[-+]?(\d+,\d*|,\d+)([eE][-+]?\d+)?", re.ASCII)
# Three digits after one to three others may be thousands; after a leading zero they are not.
_MAYBE_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How a text table is written.

    Args:
        separator: one character; a space stands for runs of spaces.
        names: of the columns, without blanks around them.
        header_lines: number of lines of the file up to the header's end.
        rows: the first rows below the header.
        has_blanks: whether each separator is followed by a blank that is no part of the cell.
        decimal: mark of the numbers, ``.`` or ``,``.
    """

    separator: str
    names: tuple[str, ...]
    header_lines: int
    rows: tuple[tuple[str, ...], ...]
    has_blanks: bool = False
    decimal: str = "."

    def __str__(self) -> str:
        mark = ", decimal comma" if self.decimal == "," else ""
        return f"separator {spelled(self.separator)}{mark}"


def spelled(separator: str) -> str:
    """Name a separator for a message.

    >>> spelled(";"), spelled(" ")
    ('`;`', 'space')
    """
    return SPELLED.get(separator, f"`{separator}`")


def detect(
    text: str, *, name: str, is_whole: bool, separator: str | None, decimal: str | None, preferred: str = ","
) -> Dialect:
    r"""Find out how a text table is written, by its first rows.

    **Variant.** The separator is the one that splits the header into most names while all rows have as many cells;
    if there is none, the one that splits most of them alike, and the row that differs is refused later. The decimal
    mark is a comma only if the separator is another, some number is written like 3,14 and none like 3.14; numbers
    such as 1,925 alone may as well be thousands.

    Args:
        text: the beginning of the file.
        name: of the file, for messages.
        is_whole: whether ``text`` is the whole file; otherwise its last row may be cut.
        separator: as given by the user.
        decimal: as given by the user.
        preferred: the separator of a table that is empty below the header, or has one column.

    Raises:
        DataError: if the names of the columns are not in the first line.

    >>> dialect = detect("été;prix\n3,5;1\n", name="a.csv", is_whole=True, separator=None, decimal=None)
    >>> str(dialect), dialect.names
    ('separator `;`, decimal comma', ('été', 'prix'))
    """
    candidates = (separator,) if separator else (preferred, *(one for one in SEPARATORS if one != preferred), " ")
    readings = _readings(text, candidates, is_whole)
    if not readings:
        raise DataError(f"`{name}` must hold a header and rows. Received: an empty file. Check the file.")
    chosen = _best(readings)
    if chosen is None:
        chosen = readings[0]
        _refuse_title(name, max(readings, key=lambda one: one.usual * (one.separator != " ")), text)
    _refuse_comment(name, chosen, text)
    has_blanks = chosen.has_blanks or (chosen.separator != " " and _has_blanks(chosen.rows))
    rows = tuple(tuple(cell.strip() if has_blanks else cell for cell in row) for row in chosen.rows)
    if decimal is None:
        decimal = "," if chosen.separator != "," and _has_decimal_commas(rows) else "."
    return Dialect(
        separator=chosen.separator,
        names=tuple(cell.strip() for cell in chosen.header),
        header_lines=chosen.header_lines,
        rows=rows,
        has_blanks=has_blanks,
        decimal=decimal,
    )


def records(
    lines: Iterable[str], separator: str, *, skips_blanks: bool = False, is_strict: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """Split lines into cells, with the number of the line in which each row begins; blank lines are left out.

    Args:
        lines: with their ends.
        separator: one character; a space stands for runs of spaces.
        skips_blanks: whether blanks at the beginning of a cell are no part of it.
        is_strict: whether a quote that is never closed is an error.

    Raises:
        csv.Error: if a cell is longer than `LONGEST_CELL`, as after a quote that never ends.
    """
    if separator == " ":
        lines = (line.strip(" \t\r\n") + "\n" for line in lines)
    # Tabs and blanks are mixed in tables for the eye.
    reader = csv.reader(
        (line.replace("\t", " ") for line in lines) if separator == " " else lines,
        delimiter=separator,
        skipinitialspace=skips_blanks or separator == " ",
        strict=is_strict,
    )
    before = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = LONG if "field limit" in str(error) else error
            raise csv.Error(f"{reason} in the row that begins in line {before + 1:,}") from error
        # Any library may have changed the limit of Python's reader, which is one for the whole process.
        if max(map(len, cells), default=0) > LONGEST_CELL:
            raise csv.Error(f"{LONG} in the row that begins in line {before + 1:,}")
        first, before = before + 1, reader.line_num
        if len(cells) > 1 or (cells and cells[0].strip()):
            yield first, cells


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """The first rows, split by one separator."""

    separator: str
    header: Sequence[str]
    header_lines: int
    rows: Sequence[Sequence[str]]
    has_blanks: bool

    @property
    def usual(self) -> int:
        """How many cells most rows have."""
        return Counter(map(len, self.rows)).most_common(1)[0][0] if self.rows else len(self.header)

    @property
    def is_even(self) -> bool:
        """Whether all rows have a cell for each name, or one more, as where R writes the names of rows."""
        lengths = set(map(len, self.rows))
        return lengths <= {len(self.header)} or lengths == {len(self.header) + 1}

    @property
    def agreement(self) -> float:
        """Share of the rows with as many cells as there are names."""
        if not self.rows:
            return 1.0
        return sum(len(row) == len(self.header) for row in self.rows) / len(self.rows)


def _read(text: str, separator: str, is_whole: bool) -> _Reading | None:
    plain = _split(text, separator, is_whole)
    if plain is None or plain.agreement == 1.0 or f'{separator} "' not in text:
        return plain
    # A quote after a blank opens a cell only if blanks are skipped.
    other = _split(text, separator, is_whole, has_blanks=True)
    return other if other is not None and other.agreement > plain.agreement else plain


def _split(text: str, separator: str, is_whole: bool, *, has_blanks: bool = False) -> _Reading | None:
    found: list[tuple[int, list[str]]] = []
    # One more row than is used, because the last one may be cut.
    for record in records(io.StringIO(text, newline=""), separator, skips_blanks=has_blanks):
        found.append(record)
        if len(found) > MOST_ROWS + 1:
            break
    else:
        if not is_whole and len(found) > 1:
            found.pop()
    if not found:
        return None
    first, header = found[0]
    lines = first + sum(cell.count("\n") for cell in header)
    rows = [cells for _, cells in found[1 : MOST_ROWS + 1]]
    return _Reading(separator=separator, header=header, header_lines=lines, rows=rows, has_blanks=has_blanks)


def _readings(text: str, separators: Iterable[str], is_whole: bool) -> list[_Reading]:
    """The first rows split by each separator that splits them at all.

    Raises:
        csv.Error: if none does, because a cell is too long.
    """
    found, failed = [], None
    for separator in separators:
        try:
            reading = _read(text, separator, is_whole)
        except csv.Error as error:
            # By a wrong separator a long line is a single cell.
            failed = error
            continue
        if reading is not None:
            found.append(reading)
    if failed is not None and not any(len(reading.header) > 1 for reading in found):
        raise failed
    return found


def _best(readings: Sequence[_Reading]) -> _Reading | None:
    """The reading with most names; None if no separator splits the header."""
    several = [one for one in readings if len(one.header) > 1]
    # Words of a title are no columns.
    marks = [one for one in several if one.separator != " "] or [one for one in several if one.is_even]
    # The first of equals wins, which is the preferred separator.
    return max(marks, key=lambda one: (one.agreement == 1.0, one.agreement > 0.5, len(one.header)), default=None)


def _refuse_title(name: str, reading: _Reading, text: str) -> None:
    if len(reading.header) == 1 and reading.usual > 1:
        raise _header_not_first(name, reading, text, "a title")


def _refuse_comment(name: str, reading: _Reading, text: str) -> None:
    if _first_line(text).startswith(("#", "//", "%")) and reading.agreement < 0.5:
        raise _header_not_first(name, reading, text, "a comment")


def _header_not_first(name: str, reading: _Reading, text: str, what: str) -> DataError:
    return DataError(
        f"the first line of `{name}` must hold the names of the columns. "
        f"Received: `{shortened(_first_line(text))}`, {what}, above rows of {reading.usual} cells. "
        "Delete the lines above the names."
    )


def _first_line(text: str) -> str:
    return text.lstrip("\ufeff").lstrip().partition("\n")[0].strip()


def _has_blanks(rows: Sequence[Sequence[str]]) -> bool:
    """Whether each separator is followed by a blank, as in `39, Private, 5`."""
    return bool(rows) and all(cell[:1] == " " for row in rows for cell in row[1:]) and any(row[1:] for row in rows)


def _has_decimal_commas(rows: Sequence[Sequence[str]]) -> bool:
    cells = {cell.strip() for row in rows for cell in row}
    if any(_POINT.fullmatch(cell) for cell in cells):
        return False
    return any(_COMMA.fullmatch(cell) and not _MAYBE_THOUSANDS.fullmatch(cell) for cell in cells)
