"""Converts a column to numbers and names the cells that cannot be converted, with their rows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.data.cells import Kind, kind_of, named
from trainers.data.dataset import Floats
from trainers.data.distinct import Distinct, distinct_cells
from trainers.errors import DataError

MOST_EXACT = 2**53
"""float64 represents every integer up to this one exactly."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Column:
    """The cells of a column and their source.

    Args:
        name: of the column.
        origin: the file or function, for messages.
        cells: (N,) numbers, booleans, dates, or objects (which include text).
        is_typed: whether the source distinguishes text from numbers; CSV does not.
        is_target: whether it is the column to predict.
        known: the different cells, where the source has them apart.
    """

    name: str
    origin: str
    cells: NDArray[Any]
    is_typed: bool = True
    is_target: bool = False
    known: Distinct | None = field(default=None, repr=False)

    @cached_property
    def distinct(self) -> Distinct:
        """The different cells; of numbers each is its own."""
        return self.known if self.known is not None else distinct_cells(self.cells)

    @cached_property
    def kinds(self) -> NDArray[np.object_]:
        """(K,) the kind of each different cell."""
        return self.distinct.each(kind_of)

    def are(self, *kinds: Kind) -> NDArray[np.bool_]:
        """Which cells are of some kinds, (N,)."""
        chosen = np.array([kind in kinds for kind in self.kinds], dtype=bool)
        return np.asarray(chosen[self.distinct.codes])

    def only(self, chosen: NDArray[Any]) -> Column:
        """Return a column of some cells.

        Args:
            chosen: (n,) indices, or (N,) bool.
        """
        return replace(self, cells=self.cells[chosen], known=None)

    def __str__(self) -> str:
        return f"column `{self.name}` of `{self.origin}`"

    @property
    def without(self) -> str:
        """The other way out for cells that are not numbers, continuing "..., or "."""
        if not self.is_target:
            return "drop the column"
        return "say `task: classification` if every cell names a class"


def read_numbers(column: Column) -> Floats:
    """Convert a column to (N,) finite numbers; true is 1 and false is 0.

    Raises:
        DataError: naming the first missing, non-numeric or infinite cells with their rows, or two different integers
            that are equal in float64.

    >>> read_numbers(Column(name="x", origin="a.csv", cells=np.array(["1", "2.5"], dtype=object)))
    array([1. , 2.5])
    """
    values = finite_numbers(column)
    _require_distinct(column, values)
    return values


def finite_numbers(column: Column) -> Floats:
    """Convert a column as `read_numbers` does, but let integers beyond `MOST_EXACT` become equal.

    Raises:
        DataError: naming the first missing, non-numeric or infinite cells with their rows.
    """
    cells = column.cells
    if cells.dtype.kind in "biuf":
        with np.errstate(over="ignore"):
            values = cells.astype(np.float64, copy=False)
        if cells.dtype.kind in "biu" or is_finite(values):
            return values
        require_present(column, np.isnan(values))
    else:
        values = _convert_objects(column)
    infinite = np.isinf(values)
    if infinite.any():
        raise DataError(
            f"{column} must hold finite numbers. Received: {named(cells, np.flatnonzero(infinite))}. "
            "Correct or drop the rows."
        )
    return values


def is_finite(values: NDArray[Any]) -> bool:
    """Whether no number is NaN or infinite; their extremes tell, without an array as long as they are.

    >>> is_finite(np.array([1.0, -2.0])), is_finite(np.array([1.0, np.nan])), is_finite(np.array([]))
    (True, False, True)
    """
    return not values.size or bool(np.isfinite(values.min()) and np.isfinite(values.max()))


def count_distinct(values: NDArray[Any]) -> int:
    """Count the different numbers.

    **Variant.** Whole numbers, and numbers of a few decimals, are ticked off on a list if it is no longer than they
    are, which is several times as fast as to sort them.

    Args:
        values: (N,) numbers, none of them NaN.

    >>> count_distinct(np.array([0.25, -1.5, 0.25])), count_distinct(np.array([True, True]))
    (2, 1)
    """
    whole = _ticks(values)
    if whole is None:
        return len(np.unique(values))
    seen = np.zeros(int(whole.max()) - int(whole.min()) + 1, dtype=bool)
    seen[whole - whole.min()] = True
    return int(np.count_nonzero(seen))


def _ticks(values: NDArray[Any]) -> NDArray[np.int64] | None:
    """Whole numbers of a small range that are as different as the values; None if there are none."""
    if not len(values) or values.dtype.kind == "b":
        return None
    if values.dtype.kind == "f":
        with np.errstate(over="ignore"):
            for scale in (1.0, 1e2, 1e4):
                # The first numbers decide for most columns.
                if all(np.array_equal(np.rint(some * scale) / scale, some) for some in (values[:100], values)):
                    values = np.rint(values * scale)
                    break
            else:
                return None
    low, high = float(values.min()), float(values.max())
    if max(-low, high) >= MOST_EXACT or high - low > len(values):
        return None
    return values.astype(np.int64, copy=False)


def require_present(column: Column, missing: NDArray[np.bool_]) -> None:
    """Refuse missing cells and name the text that counts as missing.

    Args:
        column: with N cells.
        missing: (N,) bool, true where a cell is missing.

    Raises:
        DataError: if a cell is missing.
    """
    if not missing.any():
        return
    rows = np.flatnonzero(missing)
    words = dict.fromkeys(repr(cell) for cell in column.cells[rows] if isinstance(cell, str) and cell.strip())
    counts = f", among which the text {' or '.join(list(words)[:3])} counts as missing" if words else ""
    raise DataError(
        f"{column} must hold finite numbers{counts}. Received: {named(column.cells, rows)}. Fill in or drop the rows."
    )


def _convert_objects(column: Column) -> Floats:
    """Convert an object array cell by cell."""
    missing = column.are(Kind.EMPTY, Kind.MISSING_WORD)
    wrong = ~column.are(Kind.NUMBER) & ~missing
    if wrong.any():
        wrong &= np.array([not isinstance(cell, bool | np.bool_) for cell in column.cells], dtype=bool)
    if wrong.any():
        raise DataError(
            f"{column} must hold numbers. Received: {named(column.cells, np.flatnonzero(wrong))}. "
            f"Write them as plain numbers such as 1925.5, or {column.without}."
        )
    require_present(column, missing)
    return np.array([_float(cell) for cell in column.cells], dtype=np.float64)


def _float(cell: Any) -> float:
    try:
        return float(cell)
    except OverflowError:
        # An integer of more than 308 digits.
        return np.inf if cell > 0 else -np.inf


def whole_numbers(cells: NDArray[Any]) -> NDArray[Any] | None:
    """The cells as exact integers, (N,), in a dtype that can hold them; None if one is not an integer.

    Args:
        cells: (N,) finite numbers, or objects that are numbers or numeric text.

    >>> whole_numbers(np.array(["9007199254740993", "2.0"], dtype=object)).tolist()
    [9007199254740993, 2]
    """
    if cells.dtype.kind in "iu":
        return cells
    if cells.dtype.kind == "b":
        return cells.astype(np.int64)
    if cells.dtype.kind == "f":
        return cells if np.all(cells == np.floor(cells)) else None
    is_exact = (int, np.integer, np.bool_)
    exact = [int(cell) if isinstance(cell, is_exact) else Decimal(str(cell).strip()) for cell in cells]
    if any(number != number.to_integral_value() for number in exact if isinstance(number, Decimal)):
        return None
    return np.array([int(number) for number in exact], dtype=object)


def _require_distinct(column: Column, values: Floats) -> None:
    """Refuse different integers that are equal in float64, where the distinction would be lost."""
    if not len(values) or column.cells.dtype.kind in "bf" or max(-values.min(), values.max()) < MOST_EXACT:
        return
    exact = whole_numbers(column.cells)
    if exact is None:
        return
    order = np.argsort(exact, kind="stable")
    # Compared rather than subtracted, because the difference of huge numbers overflows.
    alike = (values[order][1:] == values[order][:-1]) & (exact[order][1:] != exact[order][:-1])
    if alike.any():
        first = int(alike.argmax())
        raise DataError(
            f"{column} must hold numbers that float64 can tell apart. "
            f"Received: {named(exact, np.sort(order[[first, first + 1]]))}. "
            f"Subtract from all cells what they have in common, or {column.without}."
        )
