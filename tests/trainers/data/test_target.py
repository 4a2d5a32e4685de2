"""A target is classes where its cells are words and numbers where they are numbers, and no digit of either is lost."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainers.data import DataSource, load
from trainers.data.cells import MISSING_WORDS
from trainers.errors import DataError

WORDS = st.sampled_from([*sorted(MISSING_WORDS), "cat", "None at all", "n.a.", "1st", "10-20"])


def read(folder, cells, task="auto", name="a.csv"):
    frame = pd.DataFrame({"x": np.arange(len(cells), dtype=float), "y": cells})
    path = folder / name
    if name.endswith("csv"):
        frame.to_csv(path, index=False)
    elif name.endswith("parquet"):
        frame.to_parquet(path)
    else:
        np.savez(path, x=frame[["x"]].to_numpy(), y=np.array(cells))
    return load(DataSource(path=str(path), target="y", task=task))


@given(
    words=st.lists(WORDS, min_size=2, max_size=6, unique_by=str.casefold),
    ending=st.sampled_from(["csv", "parquet", "npz"]),
)
@settings(max_examples=60, deadline=None)
def test_words_are_classes_by_their_text_also_those_that_stand_for_nothing_elsewhere(tmp_path_factory, words, ending):
    dataset = read(tmp_path_factory.getbasetemp(), words * 2, name=f"words.{ending}")
    assert dataset.classes == tuple(sorted(words))
    assert [dataset.classes[label] for label in dataset.targets] == words * 2


@given(
    word=st.sampled_from(sorted(MISSING_WORDS)),
    numbers=st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=8, unique=True),
    row=st.integers(0, 2),
    task=st.sampled_from(["auto", "regression"]),
)
@settings(max_examples=60, deadline=None)
def test_among_numbers_such_a_word_is_a_missing_value_and_is_named_with_its_row(
    tmp_path_factory, word, numbers, row, task
):
    cells = [repr(number) for number in numbers]
    cells.insert(row, word)
    with pytest.raises(DataError) as refused:
        read(tmp_path_factory.getbasetemp(), cells, task)
    assert f"the text {word!r} counts as missing. Received: {word!r} in row {row + 1} " in str(refused.value)


ODD = st.sampled_from(["?", "1,925", "12 %", "$5", "1 000", "3,5", "2024-05-01", "01.02.2024", "12:30", "unknown", "-"])


@given(numbers=st.lists(st.integers(0, 99), min_size=4, max_size=30), odd=ODD, row=st.integers(0, 3))
@settings(max_examples=80, deadline=None)
def test_a_column_of_numbers_with_an_odd_cell_is_no_column_of_classes(tmp_path_factory, numbers, odd, row):
    folder, cells = tmp_path_factory.getbasetemp(), [str(number) for number in numbers] * 2
    cells.insert(row, odd)
    with pytest.raises(DataError) as refused:
        read(folder, cells)
    assert f"{odd!r} in row {row + 1} " in str(refused.value)
    assert "say `task: classification`" in str(refused.value)
    assert odd in read(folder, [*cells, odd], "classification").classes


@pytest.mark.parametrize("cell", ["1,925", "12 %", "€ 5", "(5)", "1'000", "3,5", "2024-05-01", "1.2.2024", "12:30"])
def test_amounts_and_dates_in_disguise_are_no_classes(tmp_path, cell):
    with pytest.raises(DataError, match="these look like amounts or dates"):
        read(tmp_path, [cell, cell])


@pytest.mark.parametrize("classes", [["1st", "2nd"], ["<5", ">=5"], ["4WD", "2WD"], ["a1", "a2"], ["10-20", "20-30"]])
def test_words_with_digits_are_classes(tmp_path, classes):
    assert set(read(tmp_path, classes * 2).classes) == set(classes)


@given(
    start=st.integers(-(2**63), 2**64 - 4),
    steps=st.sets(st.integers(0, 3), min_size=2),
    ending=st.sampled_from(["csv", "parquet", "npz"]),
    task=st.sampled_from(["auto", "classification"]),
)
@settings(max_examples=80, deadline=None)
def test_whole_numbers_of_64_bits_are_classes_by_all_their_digits(tmp_path_factory, start, steps, ending, task):
    ids = sorted(start + step for step in steps)
    dtype = np.uint64 if ids[-1] >= 2**63 else np.int64
    if ids[0] < 0 <= ids[-1] - 2**63:
        return
    dataset = read(tmp_path_factory.getbasetemp(), np.array(ids * 2, dtype=dtype), task, f"ids.{ending}")
    assert dataset.classes == tuple(map(str, ids))
    assert [int(dataset.classes[label]) for label in dataset.targets] == ids * 2


@given(start=st.integers(2**53, 10**40), ending=st.sampled_from(["", ".0"]))
@settings(max_examples=40, deadline=None)
def test_whole_numbers_of_any_length_in_a_csv_file_are_classes_by_all_their_digits(tmp_path_factory, start, ending):
    ids = [start, start + 1, start + 7]
    dataset = read(tmp_path_factory.getbasetemp(), [f"{number}{ending}" for number in ids] * 2)
    assert dataset.classes == tuple(map(str, ids))


@given(start=st.integers(-(2**63), 2**63 - 10), steps=st.lists(st.integers(0, 9), min_size=2, max_size=6))
@settings(max_examples=80, deadline=None)
def test_whole_numbers_as_inputs_are_refused_exactly_where_float64_makes_two_of_them_one(
    tmp_path_factory, start, steps
):
    numbers = np.array([start + step for step in steps] * 2, dtype=np.int64)
    path = tmp_path_factory.getbasetemp() / "inputs.npz"
    np.savez(path, x=numbers[:, np.newaxis], y=np.arange(len(numbers)) % 2)
    distinct = len({float(number) for number in numbers.tolist()}) == len(set(numbers.tolist()))
    if distinct:
        np.testing.assert_array_equal(load(DataSource(path=str(path))).inputs[:, 0], numbers.astype(float))
    else:
        with pytest.raises(DataError, match="float64 can tell apart"):
            load(DataSource(path=str(path)))


@given(st.lists(st.integers(0, 4), min_size=4, max_size=12), st.integers(2, 5))
@settings(max_examples=60, deadline=None)
def test_one_hot_targets_say_argmax_and_argmax_gives_the_classes(tmp_path_factory, labels, classes):
    path, labels = tmp_path_factory.getbasetemp() / "hot.npz", [label % classes for label in labels] * 2
    x, hot = np.arange(len(labels), dtype=float)[:, np.newaxis], np.eye(classes)[labels]
    np.savez(path, x=x, y=hot)
    with pytest.raises(DataError, match=r"one-hot\. .* Take `y\.argmax\(axis=1\)`\."):
        load(DataSource(path=str(path)))
    np.savez(path, x=x, y=hot.argmax(axis=1))
    if len(set(labels)) > 1:
        assert load(DataSource(path=str(path))).classes == tuple(map(str, sorted(set(labels))))


@pytest.mark.parametrize("ending", ["csv", "parquet", "npz"])
@pytest.mark.parametrize(
    ("cells", "rows"),
    [
        (["yes", "no", "Yes", "no"], "'Yes' in row 3 and 'yes' in row 1"),
        (["no", "yes", "no", "yes "], "'yes' in row 2 and 'yes ' in row 4"),
        (["no", " NO", "yes", "yes"], "' NO' in row 2 and 'no' in row 1"),
        (["STRASSE", "a", "straße", "a"], "'STRASSE' in row 1 and 'straße' in row 3"),
    ],
)
def test_classes_that_differ_by_blanks_or_capitals_alone_are_refused(tmp_path, cells, rows, ending):
    for task in ("auto", "classification"):
        with pytest.raises(DataError) as refused:
            read(tmp_path, cells * 2, task, f"a.{ending}")
        assert f"Received: {rows} (the first row is 1). Write the class alike in all rows" in str(refused.value)


@pytest.mark.parametrize(("task", "classes"), [("auto", 5), ("classification", 5), ("regression", 0)])
def test_ratings_are_classes_unless_they_are_said_to_be_amounts(tmp_path, task, classes):
    assert len(read(tmp_path, [1, 2, 3, 4, 5] * 3, task).classes) == classes


def test_the_task_that_was_guessed_is_told_with_its_reason_and_the_key_that_changes_it(tmp_path):
    ratings, amounts = read(tmp_path, [1, 2, 3, 4, 5] * 3), read(tmp_path, [1.5, 2.5, 3.0])
    assert ratings.notes[0] == (
        "classification, as `y` has 5 different whole numbers (`data.task: regression` predicts amounts)"
    )
    assert amounts.notes[0] == (
        "regression, as `y` has 3 different numbers (`data.task: classification` makes each a class)"
    )
    assert read(tmp_path, ["a", "b"] * 2).notes[0] == "classification, as `y` has 2 different words"
    assert read(tmp_path, [1, 2] * 2, "classification").notes == ()


def test_what_a_parquet_file_types_is_read_as_such(tmp_path):
    from decimal import Decimal

    prices = [Decimal("1.50"), Decimal("2.25"), Decimal("1.50")]
    assert read(tmp_path, prices, name="a.parquet").targets.tolist() == [1.5, 2.25, 1.5]
    assert read(tmp_path, pd.array([1, 2, 2, 1], dtype="Int64"), name="a.parquet").classes == ("1", "2")
    assert read(tmp_path, pd.Categorical(["b", "a"] * 2), name="a.parquet").classes == ("a", "b")
    assert read(tmp_path, [True, False] * 2, name="a.parquet").classes == ("False", "True")
    with pytest.raises(DataError, match="Received: NaN in row 2"):
        read(tmp_path, pd.array([1, None, 2, 1], dtype="Int64"), name="a.parquet")
