"""Decides by the first rows of a text table as what each column is parsed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trainers.data.files.dialect import Dialect
from trainers.data.files.text_columns import MOST_LOOKED_AT, NumberFormat, may_be_values


def types_by_first_rows(dialect: Dialect, written: NumberFormat, missing: Sequence[str]) -> dict[str, Any]:
    """The type of Arrow as which each column is parsed.

    **Variant.** Decimal numbers are float64, words that repeat are a dictionary, and all else is text, which is
    converted once all of it is known.

    Args:
        dialect: the first rows.
        written: how numbers are written.
        missing: words that stand for a missing value.

    >>> rows = (("0.5", "red"), ("1.5", "red"))
    >>> dialect = Dialect(separator=",", names=("x", "y"), header_lines=1, rows=rows)
    >>> [str(kind)[:10] for kind in types_by_first_rows(dialect, NumberFormat(), ()).values()]
    ['double', 'dictionary']
    """
    import pyarrow as pa

    amounts = set() if written.thousands else _decimal_columns(dialect, written, missing)
    words = _word_columns(dialect, written, missing)
    repeated = pa.dictionary(pa.int32(), pa.string())
    return {
        name: pa.float64() if name in amounts else repeated if name in words else pa.large_string()
        for name in dialect.names
    }


def _decimal_columns(dialect: Dialect, written: NumberFormat, missing: Sequence[str]) -> set[str]:
    """The columns that hold decimal numbers by their first rows, which are parsed as such at once."""
    found = set()
    rows = [row for row in dialect.rows if len(row) == len(dialect.names)]
    for name, cells in zip(dialect.names, zip(*rows, strict=True), strict=False):
        numbers = [cell.strip().replace(written.decimal, ".") for cell in cells if cell and cell not in missing]
        if any("." in number for number in numbers) and all(map(_is_decimal, numbers)):
            found.add(name)
    return found


def _word_columns(dialect: Dialect, written: NumberFormat, missing: Sequence[str]) -> set[str]:
    """The columns of words that repeat by their first rows: neither numbers nor true and false, few of them different.

    Words that all differ are read as text, of which a dictionary would be larger than the cells.
    """
    found = set()
    rows = [row for row in dialect.rows if len(row) == len(dialect.names)]
    for name, cells in zip(dialect.names, zip(*rows, strict=True), strict=False):
        present = [cell for cell in cells if cell and cell not in missing]
        if 2 * len(set(present)) <= len(present) and not may_be_values(present[:MOST_LOOKED_AT], written):
            found.add(name)
    return found


def _is_decimal(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text
