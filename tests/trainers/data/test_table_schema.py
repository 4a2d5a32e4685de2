"""A schema says how wide the rows of a table are, stored and encoded, and survives JSON."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from trainers.data.table_schema import MISSING, FeatureColumn, TableSchema, codes_of

AGE = FeatureColumn(name="age", encoding="number", has_missing=True)
FARE = FeatureColumn(name="fare", encoding="number")
PORT = FeatureColumn(name="port", encoding="one_hot", categories=("c", "q", "s", MISSING), has_missing=True)
SIZE = FeatureColumn(name="size", encoding="ordinal", categories=("S", "M", "L"), has_missing=True)
TOWN = FeatureColumn(name="town", encoding="target", categories=("a", "b"))
DAY = FeatureColumn(name="day", encoding="date", parts=("month", "weekday"), date_format="%d.%m.%Y", has_missing=True)


@pytest.mark.parametrize(
    ("column", "most_categories", "outputs", "width"),
    [
        (FARE, 20, 1, 1),
        (AGE, 20, 1, 2),
        (PORT, 20, 1, 4),
        (PORT, 3, 1, 3),
        (SIZE, 2, 1, 2),
        (TOWN, 20, 1, 1),
        (TOWN, 20, 5, 5),
        (DAY, 20, 5, 3),
    ],
)
def test_the_width_of_a_column_follows_from_its_encoding(
    column: FeatureColumn, most_categories: int, outputs: int, width: int
) -> None:
    assert column.width(most_categories, outputs) == width
    assert TableSchema(columns=(column, FARE), most_categories=most_categories, outputs=outputs).width == width + 1


def test_a_cell_is_stored_as_one_number_but_a_date_as_its_parts() -> None:
    assert TableSchema(columns=(AGE, DAY, PORT)).stored == ("age", "day.month", "day.weekday", "port")


def test_only_numbers_without_missing_cells_are_plain() -> None:
    assert TableSchema(columns=(FARE,)).is_plain
    for column in (AGE, PORT, SIZE, TOWN, DAY):
        assert not TableSchema(columns=(FARE, column)).is_plain


def test_missing_categories_are_indicated_by_their_category_and_not_twice() -> None:
    assert [column.has_indicator for column in (AGE, FARE, PORT, SIZE, TOWN, DAY)] == [
        True,
        False,
        False,
        True,
        False,
        True,
    ]


def test_a_schema_that_went_through_json_is_the_same() -> None:
    schema = TableSchema(columns=(AGE, FARE, PORT, SIZE, TOWN, DAY), most_categories=7, outputs=3)
    assert TableSchema.from_mapping(json.loads(json.dumps(schema.as_mapping()))) == schema


@pytest.mark.parametrize(
    ("texts", "categories", "codes"),
    [
        (["b", "a", "b"], ("a", "b"), [1, 0, 1]),
        (["x", None], ("a", "b"), [np.nan, np.nan]),
        (["a", None], ("a", MISSING), [0, 1]),
        ([], ("a",), []),
    ],
)
def test_a_code_is_the_position_of_the_category(texts: Any, categories: tuple[str, ...], codes: list[float]) -> None:
    np.testing.assert_array_equal(codes_of(texts, categories), codes)
