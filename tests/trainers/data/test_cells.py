"""A cell is told by what it says: numbers, missing values, disguised numbers and dates, and words."""

from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainers.data.cells import SHOWN, Kind, kind_of, kinds_of, named


@given(st.floats(allow_nan=False) | st.integers())
def test_whatever_python_writes_for_a_number_is_a_number(number: float) -> None:
    assert kind_of(number) is kind_of(repr(number)) is kind_of(f"  {number!r} ") is Kind.NUMBER


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ((None, "", "  ", float("nan"), np.datetime64("NaT")), Kind.EMPTY),
        (("NA", "null", "#N/A", "nan"), Kind.MISSING_WORD),
        (("1,925", "12 %", "$5", "(3.50)", "1.234,5", "1 000", "2024-05-01", "12:30", "3 May 2024"), Kind.DISGUISED),
        ((datetime.date(2024, 5, 1), np.timedelta64(3, "s")), Kind.DISGUISED),
        (("cat", "1st", "n.a.", True, np.False_, "12:3"), Kind.WORD),
        ((Decimal("1.5"), np.int8(3), "1e-3", "+.5", "-inf"), Kind.NUMBER),
        (([1], {"a": 1}, 1j), Kind.OTHER),
    ],
)
def test_cells_of_every_kind(cells: tuple[object, ...], kind: Kind) -> None:
    assert [kind_of(cell) for cell in cells] == [kind] * len(cells)
    column = np.empty(len(cells), dtype=object)
    column[:] = cells
    assert list(kinds_of(column)) == [kind] * len(cells)


@given(st.lists(st.integers(0, 99), min_size=1, max_size=9, unique=True))
def test_a_message_names_the_first_cells_by_rows_from_1_and_counts_the_others(rows: list[int]) -> None:
    said = named([f"c{row}" for row in range(100)], np.array(rows))
    for row in rows[:SHOWN]:
        assert f"'c{row}' in row {row + 1}" in said
    assert said.count(" in row ") == min(len(rows), SHOWN)
    assert (f"and {len(rows) - SHOWN} more such" in said) == (len(rows) > SHOWN)
