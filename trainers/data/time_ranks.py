"""Orders the rows of a table by a column of times."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trainers.data.cells import Kind, kinds_of, named
from trainers.data.dates import AmbiguousDatesError, find_date_format, parse_dates
from trainers.data.numeric import Column, read_numbers
from trainers.errors import DataError


def time_ranks(column: Column, key: str) -> NDArray[np.int64]:
    """Rank the rows by their time.

    Args:
        column: dates, or numbers that grow with time.
        key: key that names the column, in messages.

    Returns:
        (N,) int64, 0 for the earliest; equal for equal times.

    Raises:
        DataError: if a cell is missing or no time.

    >>> cells = np.array(["2024-05-02", "2024-05-01", "2024-05-02"], dtype=object)
    >>> time_ranks(Column(name="day", origin="a.csv", cells=cells), "data.validation.time").tolist()
    [1, 0, 1]
    """
    cells = column.cells
    if cells.dtype.kind in "iuf" or (cells.dtype == object and set(kinds_of(cells)) == {Kind.NUMBER}):
        return np.unique(read_numbers(column), return_inverse=True)[1].astype(np.int64)
    try:
        dates = parse_dates(cells, find_date_format(cells))
    except AmbiguousDatesError:
        raise _no_times(column, key, np.arange(len(cells))) from None
    except ValueError:
        kinds = kinds_of(cells)
        odd = np.flatnonzero((kinds != Kind.DISGUISED) & (kinds != Kind.EMPTY))
        raise _no_times(column, key, odd if len(odd) else np.arange(len(cells))) from None
    if dates.isna().any():
        raise _no_times(column, key, np.flatnonzero(dates.isna()))
    return np.unique(dates.to_numpy(), return_inverse=True)[1].astype(np.int64)


def _no_times(column: Column, key: str, rows: NDArray[np.intp]) -> DataError:
    return DataError(
        f"`{key}` must be a column with a time in every row: dates such as 2024-05-31, or numbers. "
        f"Received: {column} with {named(column.cells, rows)}. Correct the cells, or name another column."
    )
