"""A table becomes a data set: columns are chosen, encoded and told, and parts are held out as it says."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainers.data import Dataset, DataSource, load, load_parts, split_of_seed
from trainers.data.bundled import SHAPES
from trainers.data.files.table import Table
from trainers.data.holdout import ByGroup, ByTime, Folds, Given, Holdout
from trainers.data.source import shape
from trainers.data.split import split_indices
from trainers.data.tables import TableOptions, read_datasets
from trainers.errors import DataError, listed
from trainers.seeding import generator

ROWS = 60


def frame(**more: Any) -> pd.DataFrame:
    """Rows of passengers: numbers with gaps, categories with gaps, dates, a group and a part, and who survived."""
    rng = np.random.default_rng(5)
    age = rng.normal(30, 9, ROWS).round(2)
    age[::7] = np.nan
    port = rng.choice(["C", "Q", "S", None], ROWS, p=[0.3, 0.1, 0.5, 0.1])
    return pd.DataFrame(
        {
            "passenger": np.arange(1, ROWS + 1),
            "age": age,
            "fare": rng.exponential(30, ROWS).round(2),
            "port": port,
            "boarded": (pd.Timestamp("1912-04-01") + pd.to_timedelta(np.arange(ROWS) % 20, "D")).strftime("%Y-%m-%d"),
            "note": [f"note {row}" for row in range(ROWS)],
            "ship": "Titanic",
            "house": np.arange(ROWS) // 4,
            "part": np.where(np.arange(ROWS) % 5 == 0, "val", np.where(np.arange(ROWS) % 5 == 1, "test", "train")),
            "survived": rng.choice(["no", "yes"], ROWS),
            **more,
        }
    )


def read(table: pd.DataFrame, target: str = "survived", is_typed: bool = True, **options: Any) -> Dataset:
    return parts(table, target, is_typed, **options)[0]


def parts(
    table: pd.DataFrame, target: str = "survived", is_typed: bool = True, **options: Any
) -> tuple[Dataset, Dataset | None]:
    given = Table(name="mine", frame=table, is_typed=is_typed)
    return read_datasets(given, TableOptions(target=target, **options))


def told(dataset: Dataset) -> str:
    return "\n".join(dataset.notes)


# What becomes a feature.


def test_a_first_table_is_read_without_a_word_and_everything_is_told() -> None:
    dataset = read(frame())
    assert dataset.schema is not None
    encodings = {column.name: column.encoding for column in dataset.schema.columns}
    assert encodings == {
        "age": "number", "fare": "number", "port": "one_hot", "boarded": "date", "house": "number", "part": "one_hot"
    }  # fmt: skip
    # The days are of one year, month and hour, and there are 20 of them.
    assert dataset.feature_names == ("age", "fare", "port", "boarded.day", "boarded.weekday", "house", "part")
    # Age with an indicator, fare, four ports, two parts of a date, house, three parts.
    assert dataset.features == 2 + 1 + 4 + 2 + 1 + 3
    assert dataset.notes == (
        "classification, as `survived` has 2 different words",
        "missing numbers as the median of the training part, with an indicator: `age` in 9 rows",
        "categories as one feature each: `port` (3 and missing), `part` (3)",
        "dates in parts: `boarded` (day, weekday)",
        "left out: `passenger`, an identifier: its whole numbers are all different; `note`, free text: 60 different "
        "cells in 60 rows; `ship`, which is the same in every row (`data.features` uses a column that it names)",
    )


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"features": ("age", "fare")}, ["age", "fare"]),
        # In the order of the table, whatever the order of the names.
        ({"features": ("fare", "age")}, ["age", "fare"]),
        ({"features": ("*a*e",)}, ["age", "fare"]),
        ({"features": ("passenger", "ship", "note")}, ["passenger", "note", "ship"]),
        # A pattern is no name: identifiers and free text that it matches are left out.
        ({"features": ("p*", "n*")}, ["port", "part"]),
        ({"features": ("p*", "passenger")}, ["passenger", "port", "part"]),
        ({"drop": ("p*", "house")}, ["age", "fare", "boarded"]),
        ({"features": ("a*", "p*"), "drop": ("part",)}, ["age", "port"]),
        ({"validation": Given(column="part", value="val")}, ["age", "fare", "port", "boarded", "house"]),
        ({"validation": ByGroup("house", 0.2)}, ["age", "fare", "port", "boarded", "part"]),
        ({"validation": ByTime("boarded", 0.2)}, ["age", "fare", "port", "house", "part"]),
        ({"test": ByGroup("house", 0.2)}, ["age", "fare", "port", "boarded", "part"]),
    ],
)
def test_the_columns_that_are_used_follow_from_what_the_user_says(options: Any, names: list[str]) -> None:
    schema = read(frame(), **options).schema
    assert schema is not None
    assert [column.name for column in schema.columns] == names


def test_a_name_with_signs_of_a_pattern_names_its_column() -> None:
    table = pd.DataFrame({"x[0]": [1, 2, 4, 3], "x0": [0, 1, 1, 0], "a.b": [5, 1, 2, 2], "y": list("abab")})
    assert read(table, "y", features=("x[0]", "a.b")).feature_names == ("x[0]", "a.b")


def test_a_single_identifier_is_the_feature_where_there_is_no_other() -> None:
    table = pd.DataFrame({"x": np.arange(30), "y": np.arange(30) * 2.5})
    dataset = read(table, "y")
    assert dataset.inputs.ravel().tolist() == list(range(30))
    assert "left out" not in told(dataset)


def test_names_that_are_no_text_are_taken_by_their_text() -> None:
    table = pd.DataFrame(np.arange(12).reshape(4, 3) % 5, columns=[0, 1, 2]).assign(y=list("abab"))
    assert read(table, "y").feature_names == ("0", "1", "2")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"features": ("aeg",)},
            r"`data\.features` must name columns of `mine` .*Received: aeg\. Did you mean `age`\?",
        ),
        ({"features": ("z*",)}, r"Received: z\*"),
        ({"drop": ("survived",)}, r"`data\.drop` must name columns of `mine` besides the target"),
        ({"encode": {"porto": "one_hot"}}, r"`data\.encode\.porto` must name a column of `mine`\. .*`port`"),
        ({"encode": {"survived": "one_hot"}}, r"`data\.encode\.survived` must not be the target"),
        ({"validation": ByGroup("absent", 0.2)}, r"`data\.validation\.group` must name a column .*Received: absent"),
        ({"test": ByTime("absent", 0.2)}, r"`data\.test\.time` must name a column"),
        ({"validation": Given(column="survived", value="no")}, r"`data\.validation\.column` must not be the target"),
        (
            {"validation": Given(column="part", value="vla")},
            r"no rows of column `part` of `mine` hold\. Values: `test`",
        ),
        ({"validation": Given(column="ship", value="Titanic")}, "Received: Titanic, which all rows"),
        ({"validation": ByGroup("port", 0.2)}, r"`data\.validation\.group` .*where row \d+ has none and \d+ more"),
        ({"features": ("fare",), "drop": ("fare",)}, "must have a column that can be a feature. Received: the target"),
        ({"target": "survive"}, "has no column `survive`.*Did you mean `survived`"),
    ],
)
def test_what_does_not_name_a_column_is_refused(options: Any, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read(frame(), **{"target": "survived", **options})


def test_a_table_without_a_feature_says_why_each_column_is_none() -> None:
    table = pd.DataFrame({"a": ["x"] * 4, "b": [None] * 4, "y": list("abab")})
    with pytest.raises(DataError, match="`a`, which is the same in every row; `b`, which is empty"):
        read(table, "y")


def test_two_columns_of_one_name_are_refused() -> None:
    table = pd.DataFrame([[1, 2, "a"], [2, 1, "b"]] * 2, columns=["x", "x", "y"])
    with pytest.raises(DataError, match="Received: `x` 2 times"):
        read(table, "y")


@pytest.mark.parametrize(
    ("cells", "encoding", "categories"),
    [
        (pd.Categorical(["S", "L", None, "S"], categories=["S", "M", "L"], ordered=True), "ordinal", ("S", "M", "L")),
        (pd.Categorical([30, 10, 20, 10]), "one_hot", ("10", "20", "30")),
        (pd.Categorical(["b", "a", "b", "a"], categories=["z", "b", "a"]), "one_hot", ("a", "b")),
    ],
)
def test_categories_of_the_file_are_encoded_as_they_are_declared(cells: Any, encoding: str, categories: Any) -> None:
    schema = read(pd.DataFrame({"x": cells, "y": list("abab")}), "y").schema
    assert schema is not None
    assert (schema.columns[0].encoding, schema.columns[0].categories) == (encoding, categories)


def test_the_user_encodes_a_declared_category_otherwise() -> None:
    sizes = pd.Categorical(["S", "L", "S", "S"], categories=["L", "S"], ordered=True)
    schema = read(pd.DataFrame({"x": sizes, "y": list("abab")}), "y", encode={"x": ("S", "L")}).schema
    assert schema is not None
    assert schema.columns[0].categories == ("S", "L")


# What stays as it was.


def numeric_csv(name: str) -> str:
    rows: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
        "classes": ("x,z,y", [(k * 37 % 23 / 4, (k * k) % 17 - 3.5, "ab"[k % 2]) for k in range(40)]),
        "amounts": ("x,z,y", [(k * 37 % 23 / 4, (k * k) % 17, k * 1.5 - (k % 7)) for k in range(40)]),
        "few": ("x,y", [(0.5, "yes"), (1.25, "no"), (-3, "yes"), (1e-3, "no")]),
        "labels": ("x,flag,y", [(k * 37 % 23 / 4, k % 2 == 0, k % 3) for k in range(30)]),
    }
    header, cells = rows[name]
    return "".join(f"{line}\n" for line in (header, *(",".join(map(str, row)) for row in cells)))


@pytest.mark.parametrize(
    ("name", "fingerprint", "fingerprint_of_split", "arrays"),
    # As the release before tables with categories read and split them.
    [
        ("classes", "a147a8da0457ed55", "fa434638c6929903", "61fb0d627675d5bc"),
        ("amounts", "cd00d13cdf89dc64", "9363827466b56daf", "38722cca7e2e321a"),
        ("few", "2dd0cc995548a26f", "87041de760453574", "871264faf4556e5a"),
        ("labels", "c01661f8f0cad237", "45bfba5e3dbc0e23", "485d907afe23991d"),
    ],
)
def test_a_table_of_numbers_is_read_and_split_to_the_bits_it_always_was(
    tmp_path: Path, name: str, fingerprint: str, fingerprint_of_split: str, arrays: str
) -> None:
    (tmp_path / "a.csv").write_text(numeric_csv(name))
    dataset = load(DataSource(path=str(tmp_path / "a.csv"), target="y"))
    found = split_of_seed(dataset, 0.25, "standard", 3, np.float32)
    assert (dataset.fingerprint, found.fingerprint) == (fingerprint, fingerprint_of_split)
    content = (found.train_inputs, found.train_targets, found.val_inputs, found.val_targets)
    assert hashlib.sha256(b"".join(array.tobytes() for array in content)).hexdigest()[:16] == arrays


# What is learned from the training part.

ENCODE = {"port": "target", "part": "ordinal"}


@given(
    seed=st.integers(0, 9),
    change=st.integers(0, 2**32 - 1),
    encode=st.sampled_from([{}, ENCODE, {"port": "one_hot", "house": "one_hot"}, {"port": ("C", "Q", "S")}]),
    normalise=st.sampled_from(["standard", "minmax", "none"]),
    target=st.sampled_from(["survived", "fare", "house"]),
    holdout=st.sampled_from([0.3, Folds(4)]),
)
@settings(max_examples=40)
def test_nothing_of_the_validation_part_reaches_the_training_inputs(
    seed: int, change: int, encode: Any, normalise: Any, target: str, holdout: Holdout
) -> None:
    encode = {name: each for name, each in encode.items() if name != target}
    dataset = read(frame(), target, encode=encode, most_categories=3)
    before = split_of_seed(dataset, holdout, normalise, seed)
    train = np.flatnonzero(split_rows(dataset, holdout, seed))
    rng = np.random.default_rng(change)
    inputs, targets = dataset.inputs.copy(), dataset.targets.copy()
    val = np.setdiff1d(np.arange(ROWS), train)
    for at in range(inputs.shape[1]):
        # Any of the cells of the column, missing ones and other rows' among them, and in numbers any number.
        cells = rng.permutation(dataset.inputs[:, at])[: len(val)]
        inputs[val, at] = cells * rng.choice([1, 1e6], len(val)) if dataset.feature_names[at] == "fare" else cells
    if dataset.task == "regression":
        targets[val] = rng.normal(0, 1e6, len(val))
    changed = Dataset(**{**vars(dataset), "inputs": inputs, "targets": targets})
    after = split_of_seed(changed, holdout, normalise, seed)
    assert after.train_inputs.tobytes() == before.train_inputs.tobytes()
    assert after.train_targets.tobytes() == before.train_targets.tobytes()


def split_rows(dataset: Dataset, holdout: Holdout, seed: int) -> Any:
    """Whether each row is in the training part of a seed."""
    from trainers.data.holdout import part_of_seed

    train, _ = split_indices(dataset, *part_of_seed(holdout, seed))
    return np.isin(np.arange(dataset.examples), train)


def test_a_column_that_is_missing_in_the_training_part_alone_is_zero_there() -> None:
    late = np.where(np.arange(ROWS) % 5 == 0, 7.5, np.nan)
    dataset = read(frame(late=late), features=("late", "fare"), validation=Given(column="part", value="val"))
    found = split_of_seed(dataset, Given(column="part", value="val"), "standard", 0)
    # Features in the order of the table: fare, late, and whether late is missing, which it is in all rows here.
    assert (found.train_inputs[:, 1:] == [0, 1]).all()
    assert (found.val_inputs[:, 1:] == [0, 0]).all()


@pytest.mark.parametrize("encode", [{}, ENCODE, {"port": ("C", "Q", "S"), "house": "one_hot"}])
@pytest.mark.parametrize("most", [2, 3, 20])
def test_the_width_is_the_same_for_every_seed(encode: Any, most: int) -> None:
    dataset = read(frame(), encode=encode, most_categories=most)
    for seed in range(12):
        found = split_of_seed(dataset, 0.5, "standard", seed)
        assert found.train_inputs.shape[1] == found.val_inputs.shape[1] == dataset.features
        assert np.isfinite(found.train_inputs).all()


# What is held out.

BY_PART = Given(column="part", value="val")


@pytest.mark.parametrize("holdout", [ByGroup("house", 0.3), Folds(4), 0.25])
def test_every_seed_holds_other_examples_out_and_each_example_once(holdout: Holdout) -> None:
    given = holdout if isinstance(holdout, ByGroup) else None
    dataset = read(frame(), validation=given)
    chosen = {tuple(split_rows(dataset, holdout, seed)) for seed in range(8)}
    assert len(chosen) == 8


@pytest.mark.parametrize("holdout", [BY_PART, ByTime("boarded", 0.3)])
def test_what_the_table_decides_is_the_same_for_every_seed(holdout: Holdout) -> None:
    dataset = read(frame(), validation=holdout)
    assert len({tuple(split_rows(dataset, holdout, seed)) for seed in range(8)}) == 1
    assert dataset.shape.training == split_rows(dataset, holdout, 0).sum()


def test_no_house_is_in_both_parts_and_the_latest_days_are_held_out() -> None:
    table = frame()
    dataset = read(table, validation=ByGroup("house", 0.3))
    for seed in range(8):
        rows = split_rows(dataset, ByGroup("house", 0.3), seed)
        assert not set(table.house[rows]) & set(table.house[~rows])
    rows = split_rows(read(table, validation=ByTime("boarded", 0.3)), ByTime("boarded", 0.3), 0)
    assert table.boarded[rows].max() < table.boarded[~rows].min()
    # 18 rows are 30 %, and three rows share each day.
    assert (~rows).sum() == 18


def test_a_part_by_value_and_the_same_rows_in_a_file_give_equal_splits(tmp_path: Path) -> None:
    table = frame().drop(columns=["note", "passenger"])
    is_val = table.part == "val"
    for name, some in (("all", table), ("train", table[~is_val]), ("val", table[is_val])):
        (some if name == "all" else some.drop(columns="part")).to_csv(tmp_path / f"{name}.csv", index=False)
    by_value, by_file = BY_PART, Given(path=str(tmp_path / "val.csv"))
    one = load(DataSource(path=str(tmp_path / "all.csv"), target="survived", validation=by_value))
    other = load(DataSource(path=str(tmp_path / "train.csv"), target="survived", validation=by_file))
    assert one.shape == other.shape
    assert one.training == other.training == 48
    for seed in range(3):
        first, second = split_of_seed(one, by_value, "standard", seed), split_of_seed(other, by_file, "standard", seed)
        for name in ("train_inputs", "train_targets", "val_inputs", "val_targets"):
            assert getattr(first, name).tobytes() == getattr(second, name).tobytes()


@pytest.mark.parametrize("value", ["val", "test"])
@pytest.mark.parametrize("key", ["validation", "test"])
def test_a_value_may_be_a_number_or_a_boolean_of_the_table(value: str, key: str) -> None:
    for cells, text in ((frame().part == value, "True"), ((frame().part == value) * 3, "3")):
        table = frame(held=cells)
        found = parts(table, **{key: Given(column="held", value=text)})
        rows = ~split_rows(found[0], Given(column="held", value=text), 0) if key == "validation" else None
        expected = (frame().part == value).to_numpy()
        if key == "validation":
            np.testing.assert_array_equal(rows, expected)
        else:
            assert found[1] is not None
            np.testing.assert_array_equal(found[1].targets, read(table).targets[expected])


@pytest.mark.parametrize("test", [0.2, BY_PART, ByGroup("house", 0.2), ByTime("boarded", 0.2)])
@pytest.mark.parametrize("validation", [None, Given(column="part", value="test"), ByGroup("house", 0.3)])
def test_the_test_part_is_in_no_training_and_no_validation_part(test: Holdout, validation: Holdout | None) -> None:
    # The fare is different in every row, and so tells rows apart.
    table = frame(fare=np.arange(ROWS) * 1.5 + 0.25)
    options = {"features": ("fare", "port"), "test": test, "validation": validation}
    pool, held_out = parts(table, **options)
    assert held_out is not None
    fares = [set(one.inputs[:, 0].tolist()) for one in (pool, held_out)]
    assert not fares[0] & fares[1]
    assert fares[0] | fares[1] == set(table.fare)
    again = parts(table, **options)[1]
    assert again is not None
    assert again.fingerprint == held_out.fingerprint
    expected = {0.2: 12, BY_PART: 12, ByGroup("house", 0.2): 12, ByTime("boarded", 0.2): 12}[test]
    assert held_out.examples == expected
    for seed in range(3):
        found = split_of_seed(pool, validation or 0.25, "none", seed)
        assert len(found.train_inputs) + len(found.val_inputs) == pool.examples
        assert set(found.train_inputs[:, 0].tolist()) | set(found.val_inputs[:, 0].tolist()) == fares[0]


def test_a_test_part_of_a_file_of_its_own_is_not_trained_on(tmp_path: Path) -> None:
    table = frame().drop(columns=["note", "part"])
    table[:40].to_csv(tmp_path / "train.csv", index=False)
    table[40:].to_csv(tmp_path / "test.csv", index=False)
    source = DataSource(
        path=str(tmp_path / "train.csv"), target="survived", test=Given(path=str(tmp_path / "test.csv"))
    )
    pool, held_out = load_parts(source)
    assert held_out is not None
    assert (pool.examples, held_out.examples) == (40, 20)
    whole = tmp_path / "whole.csv"
    table.to_csv(whole, index=False)
    every = load(DataSource(path=str(whole), target="survived"))
    np.testing.assert_array_equal(held_out.targets, every.targets[40:])
    np.testing.assert_array_equal(held_out.inputs, every.inputs[40:])


@pytest.mark.parametrize("name", [*SHAPES, "moons", "blobs"])
def test_the_shape_without_a_test_part_is_known_before_the_data_are_loaded(name: str) -> None:
    source = DataSource(name=name, test=0.15)
    pool, held_out = load_parts(source)
    assert held_out is not None
    assert shape(source) == pool.shape
    assert pool.examples + held_out.examples == load(DataSource(name=name)).examples
    if pool.task != "regression":
        # Stratified: each class has its share, but for one example.
        for part, share in ((pool, 0.85), (held_out, 0.15)):
            whole = np.bincount(load(DataSource(name=name)).targets.astype(int))
            counts = np.bincount(part.targets.astype(int), minlength=len(whole))
            assert (abs(counts - share * whole) <= 1).all()


def test_a_test_part_that_takes_a_class_away_is_refused_before_anything_is_trained() -> None:
    with pytest.raises(DataError, match=r"`data\.test` must leave 2 or more examples of each class .*of class `yes`"):
        parts(frame(survived=np.where(frame().part == "val", "yes", "no")), test=BY_PART)
    with pytest.raises(DataError, match=r"`data\.test` must leave 2 or more examples of each class .*Received: 1"):
        parts(frame(survived=["yes"] * 2 + ["no"] * (ROWS - 2)), test=0.5, drop=("note",))
    with pytest.raises(DataError, match=r"`data\.test` must leave 2 examples or more .*Received: 1"):
        parts(pd.DataFrame({"x": [1.0, 2, 4], "y": [1.5, 2, 3]}), "y", test=0.5)


def test_a_validation_part_that_the_test_part_holds_or_that_holds_a_class_is_refused() -> None:
    with pytest.raises(DataError, match=r"`data\.validation` must hold examples that `data\.test` leaves"):
        parts(frame(), validation=BY_PART, test=BY_PART)
    with pytest.raises(DataError, match=r"must hold an example of each class\. Received: none of class `yes`"):
        read(frame(survived=np.where(frame().part == "val", "yes", "no")), validation=BY_PART)


def test_groups_that_the_test_part_has_taken_are_none_to_choose_from() -> None:
    two = frame(house=np.arange(ROWS) % 2)
    with pytest.raises(DataError, match=r"two groups or more\. Received: 1"):
        parts(two, validation=ByGroup("house", 0.5), test=ByGroup("house", 0.5))


def test_a_part_in_a_file_without_a_column_is_refused() -> None:
    table = Table(name="train.csv", frame=frame(), is_typed=False)
    val = Table(name="val.csv", frame=frame().drop(columns="age"), is_typed=False)
    with pytest.raises(
        DataError, match=r"`data\.validation\.path` must be a file with the columns of `train\.csv`.*`age`"
    ):
        read_datasets(table, TableOptions(target="survived", validation=Given(path="val.csv")), val)


# What identifies a data set.


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table.assign(age=table.age.fillna(0)),
        lambda table: table.assign(port=table.port.replace("C", "D")),
        lambda table: table.assign(boarded=table.boarded.str.replace("-01", "-25")),
        lambda table: table.assign(survived=table.survived.replace({"no": "yes", "yes": "no"})),
    ],
)
def test_another_cell_is_another_fingerprint(change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    assert read(change(frame())).fingerprint != read(frame()).fingerprint


@pytest.mark.parametrize(
    "options",
    [
        {"encode": {"port": "target"}},
        {"most_categories": 3},
        {"features": ("age",)},
        {"validation": BY_PART},
        {"test": 0.2},
    ],
)
def test_another_encoding_or_part_is_another_fingerprint(options: Any) -> None:
    assert read(frame(), **options).fingerprint != read(frame()).fingerprint


def test_the_same_table_from_another_file_has_the_same_fingerprint(tmp_path: Path) -> None:
    table = frame().drop(columns=["note"])
    table.to_csv(tmp_path / "a.csv", index=False)
    table.to_parquet(tmp_path / "a.parquet")
    csv, parquet = [
        load(DataSource(path=str(tmp_path / f"a.{kind}"), target="survived")) for kind in ("csv", "parquet")
    ]
    assert csv.fingerprint == parquet.fingerprint


def test_a_part_of_a_data_set_keeps_its_rows_and_numbers_its_groups_anew() -> None:
    dataset = read(frame(), validation=ByGroup("house", 0.3))
    some = dataset.rows(np.arange(ROWS) >= 40)
    np.testing.assert_array_equal(some.inputs, dataset.inputs[40:])
    assert some.keys is not None
    assert some.keys.tolist() == [row // 4 for row in range(20)]


@pytest.mark.parametrize(
    ("names", "most", "said"),
    [(["a"], 2, "`a`"), (["a", "b"], 2, "`a`, `b`"), (["a", "b", "c", "d"], 2, "`a`, `b` and 2 more"), ([], 2, "")],
)
def test_names_are_listed_up_to_a_number(names: list[str], most: int, said: str) -> None:
    assert listed(names, most) == said


def test_the_test_part_of_a_share_is_drawn_by_a_stream_of_its_own() -> None:
    dataset = load(DataSource(name="iris"))
    pool, held_out = load_parts(DataSource(name="iris", test=0.2))
    assert held_out is not None
    rows = split_indices(dataset, 0.2, generator(0, "test"))[1]
    np.testing.assert_array_equal(held_out.inputs, dataset.inputs[rows])
    assert len(rows) + pool.examples == 150
