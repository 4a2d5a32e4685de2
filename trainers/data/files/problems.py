"""The sentences about a file that cannot be read, which the readers of all formats share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from trainers.errors import DataError, shortened


def unreadable(shown: str, expected: str, error: Exception | str) -> DataError:
    """Return the error for a file that another library refuses.

    Args:
        shown: the file.
        expected: what it must be.
        error: of the other library.
    """
    text = str(error).strip() or type(error).__name__
    reason = text.splitlines()[0].rstrip(".")
    reason = reason if len(reason) <= 200 else f"{reason[:197]}..."
    return DataError(f"`{shown}` must be {expected}. Received: {reason}. Check the file, or write it again.")


MOST_COLUMNS = 50_000
"""More columns than a table can have to be looked at one by one."""


def check_names(name: str, shown: str, names: Sequence[str]) -> None:
    """Refuse columns without a name, with the same name, or a single column.

    Args:
        name: of the file.
        shown: the file as the user names it.
        names: of its columns.

    Raises:
        DataError: with the column.
    """
    if not names:
        raise DataError(f"`{shown}` must hold a header and rows. Received: an empty file. Check the file.")
    repeated = [each for each, count in Counter(names).items() if count > 1 and each]
    if repeated:
        raise DataError(
            f"the columns of `{name}` must have different names. "
            f"Received: `{shortened(repeated[0])}` {names.count(repeated[0])} times. Rename one of them."
        )
    if "" in names:
        raise DataError(
            f"every column of `{name}` must have a name. "
            f"Received: none for column {names.index('') + 1}. "
            "Name it, or drop it if it is a row number (pandas: to_csv(..., index=False))."
        )
    if len(names) > MOST_COLUMNS:
        raise DataError(
            f"`{name}` must have at most {MOST_COLUMNS:,} columns. Received: {len(names):,}. "
            "Leave columns out, or save the inputs as one array in an NPZ file."
        )
    if len(names) == 1:
        raise DataError(
            f"`{name}` must have a target and at least one other column. Received: `{shortened(names[0])}` alone. "
            "Add the columns of inputs, or give the `separator` if it has more."
        )


def check_rows(name: str, rows: int) -> None:
    """Refuse a table without rows.

    Raises:
        DataError: if there is none.
    """
    if not rows:
        raise DataError(
            f"`{name}` must have at least 2 examples, one in each row below the names of the columns. "
            "Received: no row. Check the file."
        )
