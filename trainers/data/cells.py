"""Classifies a single table cell: a number, a missing value, a formatted number or date, or a word."""

from __future__ import annotations

import datetime
import numbers
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.data.distinct import Objects, distinct_cells

MISSING_WORDS = frozenset(
    {
        *("NA", "N/A", "n/a", "#NA", "#N/A", "#N/A N/A", "<NA>", "NULL", "null", "None"),
        *("NaN", "nan", "-NaN", "-nan", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"),
    }
)
"""How pandas, R and spreadsheets write a missing number; in a column of words these are ordinary words."""

SHOWN = 3
"""Number of cells that a message names."""

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?|[-+]?(inf|infinity)", re.ASCII | re.IGNORECASE)
_AMOUNT = r"(\d{1,3}([,.'_\s]\d{3})+([.,]\d+)?|\d+([.,]\d+)?|[.,]\d+)"
_DISGUISED = re.compile(rf"[-+(]?\s*[$€£¥]?\s*[-+]?{_AMOUNT}\s*[%‰$€£¥]?\)?", re.ASCII)
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?([T ].*)?|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})( .*)?"
    r"|\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?|\d{1,2}[ -][A-Za-z]{3,9}[ -]\d{2,4}|[A-Za-z]{3,9} \d{1,2},? \d{4}",
    re.ASCII,
)


class Kind(Enum):
    """What a cell holds."""

    EMPTY = "no value"
    MISSING_WORD = "text that means a missing value in a numeric column"
    NUMBER = "a number, or numeric text"
    DISGUISED = "a date, or a number with a unit or separator"
    WORD = "any other text, or a boolean"
    OTHER = "neither a number nor text"


def kind_of(cell: Any) -> Kind:
    """Classify what a cell holds.

    >>> [kind_of(cell).name for cell in ("38", "NA", "1,925", "2024-05-01", "cat", None)]
    ['NUMBER', 'MISSING_WORD', 'DISGUISED', 'DISGUISED', 'WORD', 'EMPTY']
    """
    if isinstance(cell, str):
        return _kind_of_text(cell.strip())
    if isinstance(cell, bool | np.bool_):
        return Kind.WORD
    if is_missing(cell):
        return Kind.EMPTY
    # Before numbers.Real, because np.timedelta64 is a subclass of NumPy's integers.
    if isinstance(cell, datetime.date | datetime.time | datetime.timedelta | np.datetime64 | np.timedelta64):
        return Kind.DISGUISED
    # Decimal is not registered as numbers.Real.
    return Kind.NUMBER if isinstance(cell, numbers.Real | Decimal) else Kind.OTHER


def _kind_of_text(text: str) -> Kind:
    if not text:
        return Kind.EMPTY
    if text in MISSING_WORDS:
        return Kind.MISSING_WORD
    if _NUMBER.fullmatch(text):
        return Kind.NUMBER
    return Kind.DISGUISED if _DISGUISED.fullmatch(text) or _DATE.fullmatch(text) else Kind.WORD


def is_missing(cell: Any) -> bool:
    """Whether a cell that is not text is missing: None, NaN, NaT or pandas' NA.

    >>> is_missing(None), is_missing(float("nan")), is_missing(0.0)
    (True, True, False)
    """
    if cell is None or type(cell).__name__ in ("NAType", "NaTType"):
        return True
    # NaN and NaT differ from themselves; arrays are excluded because their comparison is an array.
    return isinstance(cell, numbers.Number | np.datetime64 | np.timedelta64) and bool(cell != cell)


def kinds_of(cells: Objects) -> Objects:
    """Classify each cell, (N,); repeated texts are classified once."""
    return by_distinct(cells, kind_of)


def named(cells: Sequence[Any] | NDArray[Any], rows: NDArray[np.intp]) -> str:
    """Describe the first cells of ``rows`` with their row numbers, counted from 1.

    >>> named(["1", "?", "", "?", "?"], np.array([1, 2, 3, 4]))
    "'?' in row 2, an empty cell in row 3, '?' in row 4 and 1 more such cell (the first row is 1)"
    """
    first = [f"{spelled(cells[int(row)])} in row {int(row) + 1}" for row in rows[:SHOWN]]
    more = len(rows) - len(first)
    rest = f" and {more:,} more such {'cell' if more == 1 else 'cells'}" if more else ""
    return f"{', '.join(first)}{rest} (the first row is 1)"


def spelled(cell: Any) -> str:
    """Format a cell so that its type is visible.

    >>> spelled("NA"), spelled(""), spelled(float("inf")), spelled(datetime.date(2024, 5, 1))
    ("'NA'", 'an empty cell', 'inf', '2024-05-01 (date)')
    """
    if isinstance(cell, str | np.str_):
        return repr(_short(str(cell))) if cell.strip() else "an empty cell"
    if is_missing(cell):
        return "NaN" if isinstance(cell, float) else "no value"
    is_plain = isinstance(cell, bool | np.bool_ | float | int | np.number) and not isinstance(cell, np.timedelta64)
    return _short(str(cell)) if is_plain else f"{_short(str(cell))} ({type(cell).__name__})"


def _short(text: str) -> str:
    text = text.replace("\n", " ")
    return text if len(text) <= 40 else f"{text[:37]}..."


def cell_text(cell: object) -> str | None:
    """The category that a cell names; None for a missing one.

    >>> [cell_text(cell) for cell in (" a", 3.0, True, None, float("nan"))]
    ['a', '3', 'True', None, None]
    """
    if isinstance(cell, str):
        return cell.strip() or None
    if is_missing(cell):
        return None
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def texts_of(cells: NDArray[Any]) -> list[str | None]:
    """The text of each cell without blanks around it, None for a missing cell; see `cell_text`."""
    texts: list[str | None] = by_distinct(cells, cell_text).tolist()
    return texts


def are_missing(cells: NDArray[Any]) -> NDArray[np.bool_]:
    """Which cells are missing, (N,)."""
    return np.array([text is None for text in texts_of(cells)], dtype=bool)


def by_distinct(cells: NDArray[Any], function: Callable[[Any], Any]) -> Objects:
    """Apply a function to each cell, (N,); of a column of text, once to each different text.

    Args:
        cells: (N,).
        function: gives the same for all missing cells.

    >>> by_distinct(np.array(["a", "b", "a", None], dtype=object), str).tolist()
    ['a', 'b', 'a', 'None']
    """
    found = distinct_cells(cells)
    each: Objects = found.each(function)[found.codes]
    return each
