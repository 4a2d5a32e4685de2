"""Writes tables as CSV that a spreadsheet opens as text and numbers, and never as formulas."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

FORMULA = re.compile(r"'*[=+\-@\t\r]")
"""What a cell begins with that a spreadsheet computes, or that was marked so already."""

MARKED = re.compile(r"'+[=+\-@\t\r]")

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?inf")


def mark(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would compute; numbers stay.

    >>> mark("=1+1"), mark("-x"), mark("-0.5"), mark("adam"), mark("'=1")
    ("'=1+1", "'-x", '-0.5', 'adam', "''=1")
    """
    return f"'{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text


def unmark(text: str) -> str:
    """Return what `mark` was given.

    >>> unmark(mark("=1+1")), unmark(mark("'=1")), unmark("'quoted'")
    ('=1+1', "'=1", "'quoted'")
    """
    return text[1:] if MARKED.match(text) else text


def as_csv(frame: pd.DataFrame) -> str:
    """Return a table as CSV.

    Args:
        frame: the table, whose index is left out.
    """
    text: str = _each(frame, mark).to_csv(index=False)
    return text


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV.

    Args:
        frame: the table, whose index is left out.
        path: of the file.
    """
    _each(frame, mark).to_csv(path, index=False)


def unmarked(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table that was read from CSV with the text that it was written of."""
    return _each(frame, unmark)


def _each(frame: pd.DataFrame, change: Any) -> pd.DataFrame:
    """Change the text of a table, also of its header."""
    changed = {
        name: column.map(lambda cell: change(cell) if isinstance(cell, str) else cell)
        for name, column in frame.items()
        if column.dtype.kind not in "biufcmM"
    }
    return frame.assign(**{str(name): column for name, column in changed.items()}).rename(
        columns=lambda name: change(str(name))
    )
