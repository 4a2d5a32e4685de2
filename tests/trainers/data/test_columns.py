"""Columns of a table and pairs of arrays become the same data sets, and what cannot be read is named with its row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from trainers.data.columns import from_arrays
from trainers.data.dataset import Dataset
from trainers.data.files import Table
from trainers.data.tables import TableOptions, read_datasets
from trainers.errors import DataError


def table(inputs: dict[str, Any], target: Any, task: Any = "auto", is_typed: bool = True) -> Dataset:
    frame = pd.DataFrame({**inputs, "goal": target})
    return read_datasets(Table(name="mine", frame=frame, is_typed=is_typed), TableOptions(target="goal", task=task))[0]


def arrays(inputs: Any, targets: Any, **options: Any) -> Dataset:
    return from_arrays("mine", ("x", "y"), np.asarray(inputs), np.asarray(targets), "auto", **options)


def test_the_columns_of_a_table_become_features_in_their_order_and_words_classes_in_sorted_order() -> None:
    found = table({"width": [3, 1, 2, 4], "height": [0.5, 1.5, 2.5, 3.5]}, ["yes", "no", "yes", "no"])
    assert (found.feature_names, found.classes, found.task) == (("width", "height"), ("no", "yes"), "binary")
    assert found.inputs.tolist() == [[3.0, 0.5], [1.0, 1.5], [2.0, 2.5], [4.0, 3.5]]
    assert found.targets.tolist() == [1, 0, 1, 0]


def test_categories_are_told_apart_by_what_they_stand_for() -> None:
    sizes = pd.Categorical([10, 30, 20, 10], categories=[30, 20, 10])
    kinds = pd.Categorical(["b", "a", "b", "a"], categories=["b", "a"])
    found = table({"size": sizes}, kinds)
    assert found.schema is not None
    assert found.schema.columns[0].categories == ("10", "20", "30")
    assert found.inputs.tolist() == [[0.0], [2.0], [1.0], [0.0]]
    assert (found.classes, found.targets.tolist()) == (("a", "b"), [1, 0, 1, 0])


def test_a_number_in_letters_is_a_number_only_where_the_file_has_no_type_for_text() -> None:
    labels = ["10", "9", "10", "9"]
    assert table({"x": [1, 2, 3, 4]}, labels, is_typed=False).classes == ("9", "10")
    assert table({"x": [1, 2, 3, 4]}, labels).classes == ("10", "9")


def test_a_date_with_a_time_zone_is_a_date_in_utc() -> None:
    # Midnight in Vienna is 22:00 of the day before.
    dates = pd.to_datetime(["2024-05-02", "2024-05-03"] * 2).tz_localize("Europe/Vienna")
    found = table({"day": dates}, ["a", "b"] * 2)
    assert found.feature_names == ("day.day", "day.weekday")
    assert found.inputs.tolist() == [[1.0, 2.0], [2.0, 3.0]] * 2


def test_two_arrays_become_a_regression_where_the_targets_are_amounts() -> None:
    found = arrays([[1, 2], [3, 4], [5, 6]], [0.5, 1.25, -3.0])
    assert (found.task, found.feature_names, found.classes) == ("regression", ("x0", "x1"), ())
    assert found.inputs.dtype == np.float64
    assert found.targets.tolist() == [0.5, 1.25, -3.0]


@pytest.mark.parametrize("targets", [np.array([b"ja", b"nein"] * 2), np.array(["ja", "nein"] * 2)])
def test_bytes_and_text_name_classes(targets: Any) -> None:
    found = arrays(np.eye(4), targets)
    assert (found.classes, found.targets.tolist()) == (("ja", "nein"), [0, 1, 0, 1])


def test_true_and_false_and_objects_are_read_as_numbers() -> None:
    assert arrays([[True], [False]], [0.5, 1.5]).inputs.tolist() == [[1.0], [0.0]]
    mixed = np.array([[True, 2.5], [3, np.float32(4)]], dtype=object)
    assert arrays(mixed, [0.5, 1.5]).inputs.tolist() == [[1.0, 2.5], [3.0, 4.0]]


@pytest.mark.parametrize(
    ("inputs", "targets", "said"),
    [
        (np.zeros((0, 2)), [], "`mine` must have"),
        (np.zeros((2, 0)), [0, 1], r"array `x` of `mine` must hold numbers\. Received: float64 of shape \(2, 0\)"),
        ([[1j], [2j]], [0, 1], r"array `x` of `mine` must hold numbers\. Received: complex128"),
        ([["1"], ["2"]], [0, 1], "array `x` of `mine` must hold numbers"),
        ([[1.0], [2.0]], [1j, 2j], r"array `y` of `mine` must hold numbers or text\. Received: complex128"),
        ([[1.0, 2.0], [3.0, np.nan]], [0, 1], "column `x1` of `mine` must hold finite numbers.* in row 2"),
        ([[1.0, -np.inf], [3.0, 4.0]], [0, 1], "column `x1` of `mine` must hold finite numbers.* in row 1"),
        # Neighbours of 2^53 are one and the same in float64.
        ([[2**53], [2**53 + 1]], [0.5, 1.5], "column `x0` of `mine` must hold numbers that float64 can tell apart"),
        ([[1.0], [2.0]], np.array(["2024-05-01", "2024-05-02"], dtype="M8[ns]"), "these look like amounts or dates"),
    ],
)
def test_arrays_that_cannot_be_read_are_refused(inputs: Any, targets: Any, said: str) -> None:
    with pytest.raises(DataError, match=said):
        arrays(inputs, targets)


def test_whole_numbers_beyond_the_exact_ones_are_taken_where_float64_holds_them() -> None:
    assert arrays([[2**53], [2**53 + 2]], [0.5, 1.5]).inputs.tolist() == [[2.0**53], [2.0**53 + 2]]


def test_a_way_out_names_the_task_that_the_user_can_say() -> None:
    targets = np.array([1.5, 2.5, np.nan, 4.5])
    with pytest.raises(DataError) as with_task:
        arrays(np.eye(4), np.array([1, 2, "12 %", "x"], dtype=object))
    assert "task: classification" in str(with_task.value)
    with pytest.raises(DataError, match=r"column `y` of `mine`.* in row 3"):
        arrays(np.eye(4), targets)
