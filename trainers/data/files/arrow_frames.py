"""Turns columns of Arrow into a pandas frame without rounding an integer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trainers.data.numeric import MOST_EXACT

if TYPE_CHECKING:
    import pandas as pd


def frame_of(columns: Mapping[str, Any]) -> pd.DataFrame:
    """Make a frame of columns of Arrow.

    **Variant.** Integers with missing values are float64 and NaN where that is exact, else objects; decimals are
    objects, dictionaries are categories, and nested values are objects.

    Args:
        columns: name -> pyarrow chunked array, (N,); emptied, so that each column is freed once it is converted.
    """
    import pandas as pd

    left = dict(columns)
    if isinstance(columns, dict):
        columns.clear()
    series = {name: _series(left.pop(name)) for name in list(left)}
    return pd.DataFrame(series, copy=False)


def _series(column: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_floating(column.type):
        return column.to_numpy()
    options = {}
    if pa.types.is_integer(column.type) and column.null_count:
        extremes = pc.min_max(column).as_py()
        options["integer_object_nulls"] = any(abs(end or 0) >= MOST_EXACT for end in extremes.values())
    return column.to_pandas(**options)
