"""Holds the cells of a column as positions among the different ones, so that each text is looked at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Objects = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Distinct:
    """The different cells of a column.

    Args:
        codes: (N,) of each cell, its position among ``values``.
        values: (K,) cells, each of which is used; of text and missing cells they differ, others may repeat.
    """

    codes: NDArray[np.integer[Any]]
    values: Objects

    def each(self, function: Callable[[Any], Any]) -> Objects:
        """Apply a function to each value, (K,)."""
        found = np.empty(len(self.values), dtype=object)
        found[:] = [function(value) for value in self.values.tolist()]
        return found

    def count(self, chosen: NDArray[np.bool_]) -> int:
        """Number of cells whose value is chosen.

        Args:
            chosen: (K,).
        """
        return int(np.bincount(self.codes, minlength=len(self.values))[chosen].sum())


def distinct_cells(cells: NDArray[Any]) -> Distinct:
    """Find the different cells of a column of text or truth values; of other columns, each cell is its own.

    Args:
        cells: (N,).

    >>> found = distinct_cells(np.array(["b", "a", None, "b"], dtype=object))
    >>> found.codes.tolist(), found.values.tolist()
    ([0, 1, 2, 0], ['b', 'a', None])
    """
    import pandas as pd

    if cells.dtype == object and pd.api.types.infer_dtype(cells, skipna=True) == "string":
        codes, values = pd.factorize(cells)
        return _used(codes, np.asarray(values, dtype=object), None)
    if cells.dtype.kind == "b":
        return _used(cells.view(np.int8), np.array([False, True], dtype=object), None)
    values = np.empty(len(cells), dtype=object)
    values[:] = cells.tolist()
    return Distinct(np.arange(len(cells)), values)


def distinct_words(series: pd.Series[Any]) -> Distinct | None:
    """Take the different cells of a column from its categories; None if it has none, or they are not all text.

    Args:
        series: (N,) of a frame.

    >>> import pandas as pd
    >>> found = distinct_words(pd.Series(["b", "a", "b"], dtype="category"))
    >>> found.codes.tolist(), found.values.tolist()
    ([1, 0, 1], ['a', 'b'])
    """
    from pandas.api import types

    if not isinstance(series.dtype, types.CategoricalDtype):
        return None
    categories = np.asarray(series.cat.categories, dtype=object)
    if not all(type(word) is str for word in categories):
        return None
    return _used(series.cat.codes.to_numpy(), categories, np.nan)


def _used(codes: NDArray[Any], values: Objects, missing: float | None) -> Distinct:
    """Leave out the values that are not used; the code -1 is that of a missing cell, which becomes the last value."""
    counts = np.bincount(codes.astype(np.intp) + 1, minlength=len(values) + 1)
    is_used = np.concatenate([counts[1:] > 0, counts[:1] > 0])
    present = np.empty(len(values) + 1, dtype=object)
    present[:-1], present[-1] = values, missing
    # Of the code -1, the place from the end is the right one too.
    place = np.cumsum(is_used) - 1
    return Distinct(place[codes], present[is_used])
