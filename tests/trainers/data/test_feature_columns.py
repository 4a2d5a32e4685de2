"""What a column holds decides how it is encoded, or why it is left out."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trainers.data.columns import cells_of
from trainers.data.feature_columns import FEWEST_ROWS, Feature, LeftOut, as_rows, cell_text, read_feature
from trainers.data.numeric import Column
from trainers.data.table_schema import MISSING, FeatureColumn
from trainers.errors import DataError

NAN = float("nan")
MANY = 2 * FEWEST_ROWS


def column(cells: Any, name: str = "c", is_typed: bool = True) -> Column:
    series = cells if isinstance(cells, pd.Series) else pd.Series(cells)
    return Column(name=name, origin="a.csv", cells=cells_of(series), is_typed=is_typed)


def read(cells: Any, encode: Any = None, *, most: int = 20, is_named: bool = False, **more: Any) -> Feature:
    found = read_feature(column(cells, **more), encode, most, is_named=is_named)
    assert isinstance(found, Feature), found
    return found


def left_out(cells: Any, encode: Any = None, *, is_named: bool = False, **more: Any) -> str:
    found = read_feature(column(cells, **more), encode, 20, is_named=is_named)
    assert isinstance(found, LeftOut), found
    return found.reason


def found(feature: Feature) -> tuple[str, tuple[str, ...], bool, list[float]]:
    column = feature.column
    return column.encoding, column.categories, column.has_missing, feature.rows.ravel().tolist()


@pytest.mark.parametrize(
    ("cells", "rows"),
    [
        ([1, 2, 2], [1, 2, 2]),
        ([0.5, -1e300, 2.0], [0.5, -1e300, 2.0]),
        ([True, False, True], [1, 0, 1]),
        (["1", " 2.5 ", "1e3"], [1, 2.5, 1000]),
        ([Decimal("0.1"), Decimal(3), Decimal(4)], [0.1, 3, 4]),
        (pd.array([1, 2, 2], dtype="Int64"), [1, 2, 2]),
        (np.array([1, 2, 2], dtype=np.float16), [1, 2, 2]),
        (pd.arrays.SparseArray([0, 0, 2]), [0, 0, 2]),
        ([2**53 + 2, 1, 2], [2**53 + 2, 1, 2]),
    ],
)
def test_numbers_stay_numbers(cells: Any, rows: list[float]) -> None:
    feature = read(cells, is_typed=False)
    assert found(feature) == ("number", (), False, rows)
    assert feature.note == ""


@pytest.mark.parametrize(
    ("cells", "rows", "words"),
    [
        ([1.5, NAN, 2.0], [1.5, NAN, 2.0], ""),
        (["1.5", "", "2"], [1.5, NAN, 2.0], ""),
        (["1.5", "NA", "2"], [1.5, NAN, 2.0], " ('NA' taken as missing)"),
        (["1.5", "?", "2"], [1.5, NAN, 2.0], " ('?' taken as missing)"),
        (["1.5", " - ", "null"], [1.5, NAN, NAN], " ('-', 'null' taken as missing)"),
        (pd.array([1, None, 2], dtype="Int64"), [1, NAN, 2], ""),
        ([Decimal("NaN"), None, Decimal(1)], [NAN, NAN, 1], ""),
        ([1, None, pd.NA], [1, NAN, NAN], ""),
    ],
)
def test_missing_numbers_are_nan_and_told(cells: Any, rows: list[float], words: str) -> None:
    feature = read(cells, is_typed=False)
    assert feature.column.has_missing
    np.testing.assert_array_equal(feature.rows.ravel(), rows)
    assert feature.note == f"`c` in {sum(np.isnan(rows))} rows{words}"


@pytest.mark.parametrize(
    ("cells", "categories", "codes"),
    [
        (["b", "a ", "b"], ("a", "b"), [1, 0, 1]),
        ([None, "a", "b"], ("a", "b", MISSING), [2, 0, 1]),
        (["", "a", "b"], ("a", "b", MISSING), [2, 0, 1]),
        (["NA", "None", "NA"], ("NA", "None"), [0, 1, 0]),
        ([True, None, False], ("False", "True", MISSING), [1, 2, 0]),
        ([1, "a", 2, "b"], ("1", "2", "a", "b"), [0, 2, 1, 3]),
        (pd.array([None, "a", "b"], dtype="string"), ("a", "b", MISSING), [2, 0, 1]),
        (pd.array([None, "a", "b"], dtype="string[pyarrow]"), ("a", "b", MISSING), [2, 0, 1]),
        (pd.array([None, True, False], dtype="boolean"), ("False", "True", MISSING), [2, 1, 0]),
        (pd.Series([None, "a", "b"], dtype="str"), ("a", "b", MISSING), [2, 0, 1]),
        (pd.Categorical(["b", "a", "b"], categories=["z", "b", "a"]), ("a", "b"), [1, 0, 1]),
        # A cell that reads like the name of the missing ones belongs to them.
        ([MISSING, None, "a"], ("a", MISSING), [1, 1, 0]),
        (["日本", "Ωμέγα", "日本"], ("Ωμέγα", "日本"), [1, 0, 1]),
    ],
)
def test_text_and_booleans_with_missing_cells_are_categories(
    cells: Any, categories: tuple[str, ...], codes: list[float]
) -> None:
    assert found(read(cells)) == ("one_hot", categories, MISSING in categories, codes)


def test_numeric_text_is_categories_where_the_file_distinguishes_text() -> None:
    # In the order of the numbers, not of the letters.
    assert found(read(["10", "9", "10"])) == ("one_hot", ("9", "10"), False, [1, 0, 1])
    assert found(read(["10", "9", "10"], is_typed=False)) == ("number", (), False, [10, 9, 10])


@pytest.mark.parametrize(
    ("cells", "parts", "rows"),
    [
        (["2024-05-01", "2024-06-02"], ("month", "day", "weekday"), [[5, 1, 2], [6, 2, 6]]),
        (pd.to_datetime(["2024-05-01", "2024-06-02"]), ("month", "day", "weekday"), [[5, 1, 2], [6, 2, 6]]),
        ([datetime.date(2024, 5, 1), None], ("month",), None),
        (["01.05.2024", "31.05.2024"], ("day", "weekday"), [[1, 2], [31, 4]]),
        # 23:00 in Vienna is 21:00 UTC.
        (
            pd.to_datetime(["2024-05-01 23:00", "2024-05-01 22:00"]).tz_localize("Europe/Vienna"),
            ("hour",),
            [[21], [20]],
        ),
        (["12:30", "13:30"], ("hour",), [[12], [13]]),
    ],
)
def test_dates_are_taken_apart_into_what_differs(cells: Any, parts: tuple[str, ...], rows: Any) -> None:
    if rows is None:
        assert left_out(cells) == "which is the same date in every row"
        return
    feature = read(cells)
    assert (feature.column.encoding, feature.column.parts) == ("date", parts)
    assert feature.rows.tolist() == rows
    assert feature.note == f"`c` ({', '.join(parts)})"


@pytest.mark.parametrize(
    ("cells", "name", "reason"),
    [
        (range(1, MANY + 1), "c", "an identifier: its whole numbers are all different"),
        ([7 * (row % 5) + row * 40 for row in range(MANY)], "customer_id", "an identifier"),
        ([7 * (row % 5) + row * 40 for row in range(MANY)], "userId", "an identifier"),
        ([str(row) for row in range(MANY)], "c", "an identifier"),
        ([1765432109876543210 + 3 * row for row in range(MANY)], "order_id", "an identifier"),
        ([1765432109876543210 + row for row in range(MANY)], "c", "an identifier"),
        ([f"{row:08x}-1111-4222-8333-abcdefabcdef" for row in range(MANY)], "c", "an identifier: its cells are UUIDs"),
        ([f"note {row}" for row in range(MANY)], "c", f"free text: {MANY} different cells in {MANY} rows"),
        ([f"a b c d {row % 30}" for row in range(200)], "c", "free text: 30 different cells in 200 rows"),
        ([3.5] * 3, "c", "which is the same in every row"),
        (["a"] * 3, "c", "which is the same in every row"),
        (pd.Categorical(["a"] * 3), "c", "which is the same in every row"),
        ([None] * 3, "c", "which is empty"),
        ([""] * 3, "c", "which is empty"),
        ([NAN] * 3, "c", "which is empty"),
        (["2024-05-31"] * 3, "c", "which is the same date in every row"),
        (["01/02/2024", "03/04/2024"], "c", "dates whose day and month cannot be told apart"),
        (pd.to_timedelta([1, 2, None], unit="h"), "c", "which holds times without a date"),
        ([datetime.time(1), datetime.time(2)], "c", "which holds times without a date"),
        ([[1, 2], [3, 4]], "c", r"which holds neither numbers nor text ([1, 2] (list) in row 1"),
        ([np.array([1, 2])] * 2, "c", "which holds neither numbers nor text"),
        ([b"a", b"b"], "c", "which holds neither numbers nor text"),
        ([1j, 2j], "c", "which holds neither numbers nor text"),
        (pd.period_range("2024-01", periods=2, freq="M"), "c", "which holds neither numbers nor text"),
    ],
)
def test_what_is_no_feature_is_left_out_with_the_reason(cells: Any, name: str, reason: str) -> None:
    assert left_out(cells, name=name, is_typed=False).startswith(reason)


@pytest.mark.parametrize(
    ("cells", "name"),
    [
        # Few rows, an equal pair, a fraction, a gap in a column that is not named like an identifier.
        (range(FEWEST_ROWS - 1), "id"),
        ([*range(MANY), 3], "id"),
        ([row + 0.5 for row in range(MANY)], "id"),
        ([3 * row for row in range(MANY)], "population"),
        ([3 * row for row in range(MANY)], "humid"),
    ],
)
def test_numbers_that_only_resemble_identifiers_are_features(cells: Any, name: str) -> None:
    assert read(list(cells), name=name).column.encoding == "number"


@pytest.mark.parametrize(
    ("cells", "encoding"),
    [
        (range(MANY), "number"),
        ([f"note {row}" for row in range(MANY)], "one_hot"),
        ([f"{row:08x}-1111-4222-8333-abcdefabcdef" for row in range(MANY)], "one_hot"),
        ([3.5] * 3, "number"),
        (["a"] * 3, "one_hot"),
        ([NAN] * 3, "number"),
    ],
)
def test_a_column_that_the_user_names_is_a_feature_whatever_it_holds(cells: Any, encoding: str) -> None:
    assert read(cells, is_named=True).column.encoding == encoding


def test_an_identifier_comes_with_the_feature_that_it_would_be() -> None:
    feature = read_feature(column(range(MANY)), None, 20, is_named=False)
    assert isinstance(feature, LeftOut)
    assert feature.feature is not None
    assert feature.feature.rows.ravel().tolist() == list(range(MANY))
    too_long = read_feature(column([2**60 + row for row in range(MANY)]), None, 20, is_named=False)
    assert isinstance(too_long, LeftOut)
    assert too_long.feature is None


def test_more_categories_than_are_told_apart_are_told_with_the_limit() -> None:
    cells = [f"k{row % 5}" for row in range(50)]
    assert read(cells, most=3).note == "`c` (2 of 5, the rarer ones as other)"
    assert read([*cells, None], most=3).note == "`c` (2 of 5 and missing, the rarer ones as other)"
    assert read(cells, most=5).note == "`c` (5)"


@pytest.mark.parametrize(
    ("cells", "encode", "expected"),
    [
        ([2, 1, 2], "one_hot", ("one_hot", ("1", "2"), False, [1, 0, 1])),
        ([2.0, NAN, 2.5], "one_hot", ("one_hot", ("2", "2.5", MISSING), True, [0, 2, 1])),
        (["b", "a"], "ordinal", ("ordinal", ("a", "b"), False, [1, 0])),
        (["b", "a"], "target", ("target", ("a", "b"), False, [1, 0])),
        (["b", None], "target", ("target", ("b", MISSING), True, [0, 1])),
        (["M", "S"], ("S", "M", "L"), ("ordinal", ("S", "M", "L"), False, [1, 0])),
        ([2, 1], ("2", "1"), ("ordinal", ("2", "1"), False, [0, 1])),
        (["1", "2"], "number", ("number", (), False, [1, 2])),
        # A user who says how a column is encoded wants it.
        (["a"] * 3, "one_hot", ("one_hot", ("a",), False, [0, 0, 0])),
        ([3, 3], "number", ("number", (), False, [3, 3])),
    ],
)
def test_the_user_says_how_a_column_is_encoded(cells: Any, encode: Any, expected: Any) -> None:
    assert found(read(cells, encode)) == expected


def test_missing_cells_of_an_order_have_no_position() -> None:
    feature = read(["M", None, "S"], ("S", "M", "L"))
    np.testing.assert_array_equal(feature.rows.ravel(), [1, NAN, 0])
    assert feature.column.has_missing


def test_eight_digits_are_dates_where_the_user_says_so() -> None:
    assert read([20240531, 20240601], "date").rows.tolist() == [[5, 31, 4], [6, 1, 5]]


@pytest.mark.parametrize(
    ("cells", "encode", "said"),
    [
        ([38, 40, "tall"], None, r"'tall' in row 3 .*`data\.encode: \{c: one_hot\}` makes all cells categories"),
        (["1,925", "2,000"], None, r"'1,925' in row 1, '2,000' in row 2 .*`data\.thousands`"),
        (["2024-05-31", "2024-06-01", "soon"], None, "'2024-05-31' in row 1, '2024-06-01' in row 2, 'soon' in row 3"),
        ([datetime.date(2024, 5, 31), "soon"], None, "must hold dates.*Received: 'soon' in row 2"),
        ([1.0, float("inf")], None, "must hold finite numbers. Received: inf in row 2"),
        (["a", "b"], "number", "must hold numbers. Received: 'a' in row 1"),
        (["a", "2024-05-31"], "date", "must hold dates. Received: 'a' in row 1 "),
        (["01/02/2024", "03/04/2024"], "date", "day and month can be told apart"),
        (["S", "XL"], ("S", "M"), r"`data\.encode\.c` lists\. Received: 'XL' in row 2"),
        ([2**60, 2**60 + 1], None, "that float64 can tell apart"),
    ],
)
def test_cells_that_do_not_fit_are_named_with_their_rows(cells: Any, encode: Any, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read_feature(column(cells, is_typed=False), encode, 20, is_named=False)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("  a ", "a"),
        ("   ", None),
        (3.0, "3"),
        (3.5, "3.5"),
        (np.int8(3), "3"),
        (True, "True"),
        (None, None),
        (NAN, None),
        (pd.NA, None),
        (pd.NaT, None),
        (np.datetime64("NaT"), None),
        (float("inf"), "inf"),
        (Decimal("2.50"), "2.50"),
        (np.array([1, 2]), "[1 2]"),
    ],
)
def test_a_cell_names_its_category(cell: Any, text: str | None) -> None:
    assert cell_text(cell) == text


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
    feature = read(cells, encode)
    again = as_rows(feature.column, column(cells).cells.astype(object))
    np.testing.assert_array_equal(again, feature.rows)


def test_new_cells_may_be_unknown_or_missing_but_no_other_kind() -> None:
    number = FeatureColumn(name="age", encoding="number")
    np.testing.assert_array_equal(as_rows(number, np.array([1, None, "NA"], dtype=object)).ravel(), [1, NAN, NAN])
    with pytest.raises(DataError, match="column `age` of `inputs` must hold numbers. Received: 'old' in row 2"):
        as_rows(number, np.array([1, "old"], dtype=object))
    day = FeatureColumn(name="day", encoding="date", parts=("month",), date_format="%d.%m.%Y")
    assert as_rows(day, np.array(["31.05.2024"], dtype=object)).tolist() == [[5]]
    with pytest.raises(DataError, match=r"must hold dates such as 31\.05\.2024\. Received: '2024-05-31' in row 2"):
        as_rows(day, np.array(["31.05.2024", "2024-05-31"], dtype=object))
