"""A column of typed cells has the narrowest type that changes none of them."""

import datetime
from decimal import Decimal

import pytest

from trainers.data.files.typed_cells import column_of


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        ([1, 2], "int64", [1, 2]),
        ([2**63 - 1, -(2**63) + 1], "int64", [2**63 - 1, -(2**63) + 1]),
        ([2**63, 1], "object", [2**63, 1]),
        ([1, None], "float64", [1.0, None]),
        ([2**53 + 1, None], "object", [2**53 + 1, None]),
        ([1, 0.5, float("nan")], "float64", [1.0, 0.5, None]),
        ([True, False], "bool", [True, False]),
        ([True, None], "object", [True, None]),
        ([True, 1], "object", [True, 1]),
        (["1", None], "str", ["1", None]),
        (["1", 1], "object", ["1", 1]),
        ([None, float("nan")], "float64", [None, None]),
        ([Decimal("0.1")], "object", [Decimal("0.1")]),
    ],
)
def test_a_column_keeps_its_cells(cells, kind, values):
    column = column_of(cells)
    assert str(column.dtype) == kind
    assert [None if missing else cell for cell, missing in zip(column, column.isna(), strict=True)] == values


def test_moments_are_dates_with_gaps():
    column = column_of([datetime.datetime(2024, 2, 29, 12), None])
    assert (column.dt.hour.iloc[0], column.isna().iloc[1]) == (12, True)
