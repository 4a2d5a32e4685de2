"""Takes the words and numbers that a user has declared to be missing values out of a table."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from trainers.data.numeric import MOST_EXACT

if TYPE_CHECKING:
    import pandas as pd


def with_missing(frame: pd.DataFrame, words: Sequence[str]) -> pd.DataFrame:
    """Return a table whose cells are missing where they are one of some words.

    **Variant.** In a column of text a cell must be the word; in a column of numbers it must be the number that the
    word spells, so that -999 also stands for -999.0.

    Args:
        frame: the table.
        words: as the user spells them.
    """
    if not words:
        return frame
    numbers = [number for word in words if (number := _number(word)) is not None]
    import pandas as pd

    columns = {name: _without(frame[name], list(words), numbers) for name in frame.columns}
    return pd.DataFrame(columns, copy=False)


def _without(column: pd.Series[Any], words: list[str], numbers: list[float]) -> pd.Series[Any]:
    import pandas as pd

    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        gone = [each for each in dtype.categories if each in words or (_is_number(each) and each in numbers)]
        return column.cat.remove_categories(gone) if gone else column
    if dtype.name == "object":
        found = column.map(
            lambda cell: cell in words if isinstance(cell, str) else _is_number(cell) and cell in numbers
        )
    else:
        is_number = pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype)
        found = column.isin(numbers if is_number else words)
    if not found.any():
        return column
    if dtype.kind in "iu":
        kept = column[~found]
        column = column.astype(np.float64 if kept.empty or kept.abs().max() < MOST_EXACT else object)
    return column.mask(found.astype(bool))


def _is_number(cell: Any) -> bool:
    return isinstance(cell, Real | Decimal) and not isinstance(cell, bool)


def _number(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None
