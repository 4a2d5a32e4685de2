"""A table as a file holds it, and the choices of a user on how to read one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trainers.errors import DataError, did_you_mean, listed

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class FileOptions:
    """How a file is read; what is None is detected.

    Args:
        separator: of a text table, one character; a space stands for runs of spaces.
        encoding: of a text file, a name that Python knows, such as ``cp1252``.
        decimal: of the numbers in a text table, ``.`` or ``,``.
        thousands: of the numbers in a text table, such as ``,`` in 1,925; never detected.
        missing: words and numbers that stand for a missing value, as they are spelled; an empty cell always does.
        sheet: of a workbook, a name, or a position from 0.
    """

    separator: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    missing: tuple[str, ...] = ()
    sheet: str | int | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Table:
    """The columns of a file as they are read, not yet prepared for training.

    Args:
        name: of the file, for messages.
        frame: N rows; text stays text, and a value is missing only where a cell is empty, or is one of the words
            that the user has said to be missing. Integers beyond 2**53 and numbers with leading zeros keep all
            their digits, as text or as objects if there is no other way.
        is_typed: whether the file distinguishes text from numbers; CSV does not, so that a column of text may hold
            numbers in some cells.
        target: the column to predict where the source itself says so.
        notes: one short sentence each about what was detected.
    """

    name: str
    frame: pd.DataFrame
    is_typed: bool
    target: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return [str(name) for name in self.frame.columns]

    def target_named(self, given: str | None) -> str:
        """Return the name of the target column; of columns that have positions for names, -1 is the last.

        Args:
            given: by the user; None for the one that the source declares.

        Raises:
            DataError: if there is no such column, or none is known.
        """
        return target_named(self.name, self.names, given if given is not None else self.target)


def target_named(table: str, names: list[str], given: str | None) -> str:
    """Return the name of the target column; see `Table.target_named`.

    Args:
        table: its name, for messages.
        names: of its columns.
        given: by the user or by the source.

    Raises:
        DataError: if there is no such column, or none is known.
    """
    if given is None:
        raise DataError(
            f"the target column of `{table}` must be named. Received: none. Columns: {listed(names)}. "
            "Give one of them as `target`."
        )
    wanted = str(given)
    if re.fullmatch(r"-\d+", wanted) and names == [str(position) for position in range(len(names))]:
        wanted = str(len(names) + int(wanted))
    if wanted not in names:
        raise DataError(f"`{table}` has no column `{wanted}`.{did_you_mean(wanted, names)} Columns: {listed(names)}.")
    return wanted
