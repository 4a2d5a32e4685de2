"""Rows of a table are encoded as scikit-learn's fitted encoders encode them, learned from the training part alone."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.preprocessing import OneHotEncoder, TargetEncoder

from trainers.data.preparation import FOLDS, Preparation, fit_preparation
from trainers.data.table_schema import MISSING, FeatureColumn, TableSchema

NAN = float("nan")
TARGET_TYPES = {"regression": "continuous", "binary": "binary", "multiclass": "multiclass"}


def column(name: str, encoding: Any, categories: int = 0, has_missing: bool = False, **more: Any) -> FeatureColumn:
    names = [f"{name}{code}" for code in range(categories)]
    return FeatureColumn(name=name, encoding=encoding, categories=tuple(names), has_missing=has_missing, **more)


def fit(schema: TableSchema, rows: Any, targets: Any, task: Any = "regression") -> tuple[Preparation, NDArray[Any]]:
    return fit_preparation(schema, np.array(rows, dtype=float), np.array(targets), task)


def by_scikit_learn(schema: TableSchema, task: str) -> ColumnTransformer:
    """The same encoding as one of scikit-learn's own transformers, with its features in our order."""
    steps: list[tuple[str, Any, list[int]]] = []
    at = 0
    for column in schema.columns:
        stored = list(range(at, at + len(column.stored)))
        at += len(stored)
        codes = [np.arange(len(column.categories), dtype=float)]
        if column.encoding == "one_hot":
            encoder: Any = OneHotEncoder(
                categories=codes,
                max_categories=schema.most_categories,
                handle_unknown="infrequent_if_exist",
                sparse_output=False,
            )
        elif column.encoding == "target":
            encoder = TargetEncoder(categories=codes, target_type=TARGET_TYPES[task], cv=2)
        else:
            encoder = SimpleImputer(strategy="median", keep_empty_features=True)
        steps.append((column.name, encoder, stored))
        if column.has_indicator:
            steps.append((f"{column.name} missing", MissingIndicator(features="all"), stored[:1]))
    return ColumnTransformer(steps, sparse_threshold=0.0)


ENCODINGS = st.sampled_from(["number", "one_hot", "ordinal", "target", "date"])


@st.composite
def problems(draw: st.DrawFn) -> tuple[TableSchema, NDArray[Any], NDArray[Any], NDArray[Any], Any]:
    """A schema, rows to fit, other rows with unknown categories and missing cells, targets, and a task."""
    task = draw(st.sampled_from(["regression", "binary", "multiclass"]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    examples = draw(st.integers(12, 40))
    columns, train, new = [], [], []
    for number in range(draw(st.integers(1, 4))):
        encoding = draw(ENCODINGS)
        categories = draw(st.integers(1, 9)) if encoding in ("one_hot", "ordinal", "target") else 0
        has_missing = draw(st.booleans())
        parts = ("year", "month") if encoding == "date" else ()
        columns.append(column(f"c{number}", encoding, categories, has_missing, parts=parts))
        for _ in columns[-1].stored:
            for block, size in ((train, examples), (new, 15)):
                cells = rng.integers(0, categories, size).astype(float) if categories else rng.normal(size=size)
                # A missing category of a one-hot or target column is a category of its own.
                if encoding not in ("one_hot", "target") and has_missing:
                    cells[rng.random(size) < draw(st.sampled_from([0.1, 0.5, 1.0]))] = NAN
                block.append(cells)
            if encoding in ("one_hot", "target"):
                new[-1][:3] = NAN
    outputs = 3 if task == "multiclass" else 1
    schema = TableSchema(columns=tuple(columns), most_categories=draw(st.integers(2, 6)), outputs=outputs)
    targets: Any = rng.normal(size=examples)
    if task != "regression":
        classes = 3 if task == "multiclass" else 2
        targets = np.concatenate([np.arange(classes).repeat(2), rng.integers(0, classes, examples - 2 * classes)])
    return schema, np.column_stack(train), np.column_stack(new), targets, task


@given(problem=problems())
@settings(max_examples=60)
def test_other_rows_are_encoded_as_scikit_learn_encodes_them(problem: Any) -> None:
    schema, rows, new, targets, task = problem
    preparation, _ = fit(schema, rows, targets, task)
    theirs = by_scikit_learn(schema, task).fit(rows, targets)
    np.testing.assert_allclose(preparation.encode(new), theirs.transform(new), rtol=1e-12, atol=1e-12)
    assert preparation.encode(new).shape == (len(new), schema.width)
    assert len(preparation.names) == len(set(preparation.names)) == len(preparation.is_binary) == schema.width


@given(problem=problems())
@settings(max_examples=30)
def test_the_training_part_is_encoded_as_other_rows_are_but_for_mean_targets(problem: Any) -> None:
    schema, rows, _, targets, task = problem
    preparation, encoded = fit(schema, rows, targets, task)
    widths = [one.width(schema.most_categories, schema.outputs) for one in schema.columns]
    is_target = np.repeat([one.encoding == "target" for one in schema.columns], widths)
    np.testing.assert_array_equal(encoded[:, ~is_target], preparation.encode(rows)[:, ~is_target])


@given(problem=problems())
@settings(max_examples=30)
def test_a_preparation_that_went_through_json_encodes_to_the_same_bits(problem: Any) -> None:
    schema, rows, new, targets, task = problem
    preparation, _ = fit(schema, rows, targets, task)
    again = Preparation.from_mapping(json.loads(json.dumps(preparation.as_mapping(), allow_nan=False)))
    assert again.schema == schema
    assert again.names == preparation.names
    assert again.encode(new).tobytes() == preparation.encode(new).tobytes()


def test_missing_numbers_become_the_median_and_are_indicated() -> None:
    schema = TableSchema(columns=(column("age", "number", has_missing=True),))
    preparation, encoded = fit(schema, [[1], [NAN], [4], [100]], [0, 1, 2, 3])
    # The median of 1, 4 and 100.
    assert encoded.tolist() == [[1, 0], [4, 1], [4, 0], [100, 0]]
    assert preparation.names == ("age", "age missing")
    assert preparation.is_binary.tolist() == [False, True]


def test_a_column_without_a_number_in_the_training_part_is_zero() -> None:
    schema = TableSchema(columns=(column("age", "number", has_missing=True),))
    preparation, encoded = fit(schema, [[NAN], [NAN]], [0, 1])
    assert encoded.tolist() == [[0, 1], [0, 1]]
    assert preparation.encode(np.array([[7.0]])).tolist() == [[7, 0]]


def test_the_rarest_categories_share_other_to_which_unknown_ones_belong() -> None:
    schema = TableSchema(columns=(column("town", "one_hot", 4),), most_categories=3)
    # Towns 1 and 3 are the frequent ones.
    preparation, encoded = fit(schema, [[1], [1], [3], [3], [0], [2]], range(6))
    assert encoded.tolist() == [[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1]]
    assert preparation.names == ("town=town1", "town=town3", "town=(other)")
    assert preparation.encode(np.array([[NAN]])).tolist() == [[0, 0, 1]]


def test_an_unknown_category_belongs_to_none_where_there_is_no_other() -> None:
    schema = TableSchema(columns=(column("sex", "one_hot", 2),))
    preparation, encoded = fit(schema, [[0], [1]], [0, 1])
    assert encoded.tolist() == [[1, 0], [0, 1]]
    assert preparation.encode(np.array([[NAN]])).tolist() == [[0, 0]]


def test_missing_cells_of_categories_are_a_category_and_named_so() -> None:
    sex = FeatureColumn(name="sex", encoding="one_hot", categories=("f", "m", MISSING), has_missing=True)
    preparation, encoded = fit(TableSchema(columns=(sex,)), [[0], [1], [2]], [0, 1, 2])
    assert preparation.names == ("sex=f", "sex=m", "sex=(missing)")
    assert encoded.tolist() == np.eye(3).tolist()
    assert preparation.is_binary.all()


def test_missing_ranks_become_the_median_rank_and_parts_of_dates_are_numbers() -> None:
    day = column("day", "date", has_missing=True, parts=("month", "weekday"))
    schema = TableSchema(columns=(column("size", "ordinal", 3, has_missing=True), day))
    preparation, encoded = fit(schema, [[0, 5, 6], [NAN, NAN, NAN], [2, 7, 0]], [0, 1, 2])
    assert preparation.names == ("size", "size missing", "day.month", "day.weekday", "day missing")
    assert encoded.tolist() == [[0, 0, 5, 6, 0], [1, 1, 6, 3, 1], [2, 0, 7, 0, 0]]
    assert preparation.is_binary.tolist() == [False, True, False, False, True]


def test_the_names_of_mean_targets_say_the_class_where_there_are_several() -> None:
    schema = TableSchema(columns=(column("town", "target", 2),), outputs=3)
    rows, targets = [[0], [1]] * 6, [0, 1, 2] * 4
    preparation, _ = fit(schema, rows, targets, "multiclass")
    assert preparation.names == ("town target 0", "town target 1", "town target 2")
    assert fit(TableSchema(columns=schema.columns), rows, range(12))[0].names == ("town",)


def test_an_unknown_category_has_the_mean_target_of_all_rows() -> None:
    schema = TableSchema(columns=(column("town", "target", 2),))
    preparation, _ = fit(schema, [[0], [0], [1], [1]], [1.0, 2.0, 5.0, 8.0])
    assert preparation.encode(np.array([[NAN]])).tolist() == [[4.0]]


@pytest.mark.parametrize("task", ["regression", "binary", "multiclass"])
def test_no_row_of_the_training_part_sees_its_own_target(task: Any) -> None:
    rng = np.random.default_rng(0)
    schema = TableSchema(columns=(column("town", "target", 30),), outputs=3 if task == "multiclass" else 1)
    targets: Any = rng.normal(size=30) if task == "regression" else np.arange(30) % (3 if task == "multiclass" else 2)
    # Each row has a town of its own, so that by the other folds it is like any row of its fold.
    _, encoded = fit(schema, np.arange(30)[:, np.newaxis], targets, task)
    assert len(np.unique(encoded, axis=0)) <= FOLDS
    changed = targets.copy()
    changed[7] = changed[7] + 10 if task == "regression" else changed[8]
    if task == "regression":
        assert fit(schema, np.arange(30)[:, np.newaxis], changed, task)[1][7].tolist() == encoded[7].tolist()


def test_a_class_with_a_single_example_in_the_training_part_is_encoded_without_a_warning() -> None:
    for task, targets in (("binary", [0] * 9 + [1]), ("multiclass", [0] * 5 + [1] * 4 + [2])):
        schema = TableSchema(columns=(column("town", "target", 2),), outputs=3 if task == "multiclass" else 1)
        _, encoded = fit(schema, [[row % 2] for row in range(10)], targets, task)
        assert np.isfinite(encoded).all()
        assert encoded.min() >= 0
        assert encoded.max() <= 1


@pytest.mark.parametrize(
    ("targets", "encoded"),
    # The mean of a single example is its own target. Of two, each has the other's, whose town is another.
    [([1.0], [1.0]), ([1.0, 3.0], [3.0, 1.0])],
)
def test_as_few_examples_as_a_split_can_leave_are_encoded(targets: list[float], encoded: list[float]) -> None:
    schema = TableSchema(columns=(column("town", "target", 2),))
    assert fit(schema, [[0], [1]][: len(targets)], targets)[1].ravel().tolist() == encoded
