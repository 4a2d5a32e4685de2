"""New rows are read as the rows of the table were, and what cannot be is named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from trainers.data.columns import cells_of
from trainers.data.feature_columns import Feature, read_feature
from trainers.data.new_rows import as_rows, rows_of_table
from trainers.data.numeric import Column
from trainers.data.table_schema import MISSING, FeatureColumn, TableSchema
from trainers.errors import DataError

NAN = float("nan")


@pytest.mark.parametrize(
    ("cells", "encode"),
    [
        ([1.5, None, 3.0], None),
        (["a", None, "b"], None),
        (["b", None, "a"], "ordinal"),
        (["b", "a", "b"], "target"),
        (["31.05.2024", "", "01.06.2023"], None),
        (["S", None, "L"], ("S", "M", "L")),
    ],
)
def test_new_rows_are_read_as_those_of_the_table(cells: Any, encode: Any) -> None:
    column = Column(name="c", origin="a.csv", cells=cells_of(pd.Series(cells)))
    feature = read_feature(column, encode, 20, is_named=False)
    assert isinstance(feature, Feature)
    again = as_rows(feature.column, column.cells.astype(object))
    np.testing.assert_array_equal(again, feature.rows)


def test_new_cells_may_be_unknown_or_missing_but_no_other_kind() -> None:
    number = FeatureColumn(name="age", encoding="number")
    np.testing.assert_array_equal(as_rows(number, np.array([1, None, "NA"], dtype=object)).ravel(), [1, NAN, NAN])
    with pytest.raises(DataError, match=r"column `age` of `inputs` must hold numbers\. Received: 'old' in row 2"):
        as_rows(number, np.array([1, "old"], dtype=object))
    day = FeatureColumn(name="day", encoding="date", parts=("month",), date_format="%d.%m.%Y")
    assert as_rows(day, np.array(["31.05.2024"], dtype=object)).tolist() == [[5]]
    with pytest.raises(DataError, match=r"must hold dates such as 31\.05\.2024\. Received: '2024-05-31' in row 2"):
        as_rows(day, np.array(["31.05.2024", "2024-05-31"], dtype=object))


SCHEMA = TableSchema(
    columns=(
        FeatureColumn(name="age", encoding="number", has_missing=True),
        FeatureColumn(name="port", encoding="one_hot", categories=("C", "S", MISSING), has_missing=True),
        FeatureColumn(name="day", encoding="date", parts=("month", "weekday")),
    )
)
ROWS = [[5, 1, 5, 4], [NAN, 2, NAN, NAN], [7, NAN, 1, 0]]


@pytest.mark.parametrize(
    "inputs",
    [
        pd.DataFrame({"day": ["2024-05-31", None, "2024-01-01"], "port": ["S", None, "Z"], "age": [5, NAN, 7]}),
        [
            {"age": 5, "port": "S", "day": "2024-05-31"},
            {"age": None, "port": None, "day": None},
            {"more": 1, "age": "7", "port": "Z", "day": "2024-01-01"},
        ],
        [[5, "S", "2024-05-31"], ["", "", ""], [7, "Z", "2024-01-01"]],
        np.array([[5, "S", "2024-05-31"], [None, None, None], [7, "Z", "2024-01-01"]], dtype=object),
    ],
)
def test_rows_may_be_a_frame_mappings_or_cells_in_the_order_of_the_columns(inputs: Any) -> None:
    # The last day of May 2024 was a Friday, the first of January a Monday.
    np.testing.assert_array_equal(rows_of_table(inputs, SCHEMA), ROWS)


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ([[5, "S"]], r"rows of the 3 columns of the table: age, port, day\. Received: \(1, 2\)"),
        ([5, "S", "2024-05-31"], r"Received: \(3,\)"),
        ([{"age": 5, "port": "S"}], "Received: none called day"),
        (pd.DataFrame({"age": [1]}), "Received: none called port"),
        ([[5, "S", "soon"]], "column `day` of `inputs` must hold dates"),
    ],
)
def test_rows_without_a_column_are_refused(inputs: Any, said: str) -> None:
    with pytest.raises(DataError, match=said):
        rows_of_table(inputs, SCHEMA)
