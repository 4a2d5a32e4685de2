"""Turns columns of text into numbers where every cell is a number and none loses a digit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from trainers.data.numeric import MOST_EXACT

TRUE = ("True", "TRUE", "true")
FALSE = ("False", "FALSE", "false")
"""What pandas takes for true and false."""

MOST_LOOKED_AT = 50
"""Cells that show what a column may hold."""

_WHOLE = re.compile(r"[-+]?\d+(\.0*)?", re.ASCII)
_PLAIN = re.compile(r"[-+]?(0|[1-9]\d*)", re.ASCII)
# What separates groups of three digits besides the character itself: spaces that do not break.
_SPACES = "\u00a0\u202f"


@dataclass(frozen=True, kw_only=True)
class NumberFormat:
    """How numbers are written.

    Args:
        decimal: the decimal mark.
        thousands: what separates groups of three digits; None if nothing does.
    """

    decimal: str = "."
    thousands: str | None = None

    @property
    def is_plain(self) -> bool:
        """Whether numbers are written as Python writes them."""
        return self.decimal == "." and self.thousands is None


def convert(column: Any, written: NumberFormat) -> Any:
    """Convert a column of text whose cells all are numbers, or true and false, or missing.

    **Variant.** Text stays what it is in a column in which a cell is anything else, is an integer beyond 2**53 that
    int64 or float64 would round, or has a leading zero, as 007 has.

    Args:
        column: (N,) pyarrow chunked array of large_string, null where a cell is missing.
        written: how numbers are written.

    Returns:
        A pyarrow array of int64, float64, bool or large_string.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if column.null_count == len(column):
        return pa.nulls(len(column), pa.float64())
    if not may_be_values([cell for cell in column.slice(0, MOST_LOOKED_AT).to_pylist() if cell is not None], written):
        return column
    if (plain := _plain_integers(column)) is not None:
        return plain
    cells = pc.utf8_trim_whitespace(column)
    if (blank := pc.equal(cells, "")) and pc.any(blank).as_py():
        cells = pc.if_else(blank, None, cells)
    if not written.is_plain:
        cells = _plainly(cells, written)
        if cells is None:
            return column
    try:
        return _integers(cells, column)
    except pa.ArrowInvalid:
        pass
    if not column.null_count and pc.all(pc.is_in(column, value_set=pa.array([*TRUE, *FALSE], column.type))).as_py():
        return pc.is_in(column, value_set=pa.array(TRUE, column.type))
    try:
        values = pc.cast(cells, pa.float64())
    except pa.ArrowInvalid:
        return column
    return column if _loses(values, cells) else values


def loses_meaning(values: Any) -> bool:
    """Whether float64 values that were read from text may hide what the text says: NaN, or digits beyond 2**53.

    Args:
        values: pyarrow chunked array of float64.
    """
    import pyarrow.compute as pc

    return bool(pc.any(pc.is_nan(values)).as_py()) or bool(pc.any(_is_huge(values)).as_py())


def _is_huge(values: Any) -> Any:
    import pyarrow.compute as pc

    return pc.greater_equal(pc.abs(values), float(MOST_EXACT))


def _loses(values: Any, cells: Any) -> bool:
    import pyarrow.compute as pc

    if pc.any(pc.is_nan(values)).as_py():
        # The text `nan` is not an empty cell.
        return True
    huge = _is_huge(values)
    if not pc.any(huge).as_py():
        return False
    texts = set(pc.filter(cells, pc.fill_null(huge, False)).to_pylist())
    return any(_WHOLE.fullmatch(text) and not _is_exact(text) for text in texts)


def _is_exact(text: str) -> bool:
    value = float(text)
    return value.is_integer() and Decimal(value) == Decimal(text)


def _integers(cells: Any, column: Any) -> Any:
    """Convert integers, or return the text where it is not just another spelling.

    Raises:
        pa.ArrowInvalid: if a cell is no integer of 64 bits.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    values = pc.cast(cells, pa.int64())
    same = pc.equal(pc.cast(values, cells.type), cells)
    if not pc.all(same).as_py():
        others = set(pc.filter(cells, pc.fill_null(pc.invert(same), False)).to_pylist())
        if not all(_PLAIN.fullmatch(text) for text in others):
            return column
    if not values.null_count:
        return values
    # Missing integers are NaN, and so the others are float64.
    extremes = pc.min_max(values).as_py()
    return values.cast(pa.float64()) if max(map(abs, extremes.values())) < MOST_EXACT else column


def _plain_integers(column: Any) -> Any | None:
    """Convert integers of 64 bits that all are written as Python writes them; None for anything else.

    That a text is the usual one is seen by its length, which a leading zero, a plus or a blank changes.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if column.null_count:
        return None
    try:
        values = pc.cast(column, pa.int64())
    except pa.ArrowInvalid:
        return None
    numbers = values.to_numpy()
    # The smallest integer of 64 bits has no absolute value, and is left to the other way.
    absolute = np.abs(numbers)
    digits = (numbers < 0) + np.ones(len(numbers), dtype=np.int64)
    power, largest = 10, int(absolute.max())
    while power <= largest:
        digits += absolute >= power
        power *= 10
    return values if (digits == pc.binary_length(column).to_numpy()).all() else None


def may_be_values(cells: Sequence[str], written: NumberFormat) -> bool:
    """Whether the first cells look like numbers or booleans, which is cheaper than to convert all.

    Args:
        cells: the first ones that are not missing.
        written: how numbers are written.

    >>> may_be_values(["1.5", " true", "-2"], NumberFormat()), may_be_values(["1.5", "no"], NumberFormat())
    (True, False)
    """
    shown = [cell.strip() for cell in cells]
    return all(not cell or cell in TRUE or cell in FALSE or _starts_as_number(cell, written) for cell in shown)


def _starts_as_number(cell: str, written: NumberFormat) -> bool:
    start = cell.lstrip("+-")[:1]
    return start.isdigit() or start == written.decimal or cell.lstrip("+-")[:3].lower() == "inf"


def _plainly(cells: Any, written: NumberFormat) -> Any | None:
    """Write numbers with a decimal point and without thousands; None if a cell is written in another way."""
    import pyarrow.compute as pc

    mark = re.escape(written.decimal)
    whole = r"\d+"
    if written.thousands is not None:
        spaces = _SPACES if written.thousands == " " else ""
        group = f"[{re.escape(written.thousands)}{spaces}]"
        whole = rf"(?:\d+|\d{{1,3}}(?:{group}\d{{3}})+)"
    number = rf"^[-+]?(?:{whole}(?:{mark}\d*)?|{mark}\d+)(?:[eE][-+]?\d+)?$"
    if not pc.all(pc.match_substring_regex(cells, number)).as_py():
        return None
    if written.thousands is not None:
        cells = pc.replace_substring_regex(cells, group, "")
    return pc.replace_substring(cells, written.decimal, ".")
