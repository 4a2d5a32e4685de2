"""Makes columns of the cells of a format that distinguishes text from numbers, such as JSON."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from trainers.data.cells import is_missing
from trainers.data.numeric import MOST_EXACT

if TYPE_CHECKING:
    import pandas as pd


def column_of(cells: Sequence[Any]) -> pd.Series[Any]:
    """Make a column of cells, of the narrowest type that changes none of them.

    **Variant.** Integers are int64, or float64 and NaN if some are missing and all are exact; numbers are float64,
    truth values bool, text is text, and moments are datetime64; a mixture, and integers that would be rounded, are
    objects.

    Args:
        cells: numbers, text, truth values, dates or anything else; None and NaN are missing.
    """
    import pandas as pd

    kinds = {type(cell) for cell in cells if not is_missing(cell)}
    has_gaps = any(is_missing(cell) for cell in cells)
    if not kinds:
        return pd.Series(np.full(len(cells), np.nan))
    if kinds == {bool} and not has_gaps:
        return pd.Series(np.array(cells, dtype=bool))
    if kinds <= {int, float}:
        largest = max(abs(cell) for cell in cells if type(cell) is int) if int in kinds else 0
        if kinds == {int} and not has_gaps and largest < 2**63:
            return pd.Series(np.array(cells, dtype=np.int64))
        if largest < MOST_EXACT:
            return pd.Series(np.array([np.nan if is_missing(cell) else cell for cell in cells], dtype=np.float64))
    plain = [None if is_missing(cell) else cell for cell in cells]
    if kinds == {str}:
        return pd.Series(plain, dtype="str")
    if kinds == {datetime.datetime} and len({cell.tzinfo is None for cell in plain if cell is not None}) == 1:
        return pd.Series(plain)
    return pd.Series(plain, dtype=object)
