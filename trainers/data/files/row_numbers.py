"""Recognises the column without a name that numbers the rows, as pandas and R write it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from trainers.data.identifiers import UNNAMED


def named_row_numbers(names: Sequence[str]) -> tuple[str, ...]:
    """Give a single column without a name the one that pandas gives it; several are left without one.

    >>> named_row_numbers(["", "x"]), named_row_numbers(["x", "", ""])
    (('Unnamed: 0', 'x'), ('x', '', ''))
    """
    given = tuple(names)
    if given.count("") != 1:
        return given
    at = given.index("")
    return (*given[:at], f"{UNNAMED}{at}", *given[at + 1 :])


def are_row_numbers(column: Any) -> bool:
    """Whether a column counts the rows from 0 or from 1.

    Args:
        column: (N,) pyarrow chunked array.

    >>> import pyarrow as pa
    >>> are_row_numbers(pa.chunked_array([[1, 2, 3]])), are_row_numbers(pa.chunked_array([[0, 2, 3]]))
    (True, False)
    """
    import pyarrow as pa

    if not pa.types.is_integer(column.type) or column.null_count:
        return False
    numbers = column.to_numpy()
    return bool(numbers[0] in (0, 1) and (np.diff(numbers) == 1).all())
