"""A user's file becomes a data set, or one sentence that says what is wrong and where."""

import contextlib

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from trainers.data import DataSource, load
from trainers.errors import DataError

GOOD = "age,height,kind\n1,1.5,cat\n2,2.5,dog\n3,3.5,cat\n4,4.5,dog\n"


@pytest.fixture
def csv(tmp_path):
    def load_text(text, target="kind", task="auto"):
        path = tmp_path / "pets.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load(DataSource(path=str(path), target=target, task=task))

    return load_text


@pytest.fixture
def npz(tmp_path):
    def load_arrays(inputs=None, target=None, **arrays):
        path = tmp_path / "pets.npz"
        np.savez(path, **arrays)
        return load(DataSource(path=str(path), inputs=inputs, target=target))

    return load_arrays


def _message(function, *args, **options):
    with pytest.raises(DataError) as caught:
        function(*args, **options)
    return str(caught.value)


def test_a_csv_file_gives_inputs_in_column_order_and_classes_in_sorted_order(csv):
    pets = csv(GOOD)
    np.testing.assert_array_equal(pets.inputs, [[1, 1.5], [2, 2.5], [3, 3.5], [4, 4.5]])
    assert pets.targets.tolist() == [0, 1, 0, 1]
    assert (pets.classes, pets.feature_names, pets.task) == (("cat", "dog"), ("age", "height"), "binary")
    assert (pets.name, pets.outputs) == ("pets.csv", 1)


def test_a_byte_order_mark_blank_lines_and_spaces_in_names_do_not_matter(csv):
    assert csv(b"\xef\xbb\xbf" + b"\n" + GOOD.encode()).feature_names == ("age", "height")


def test_a_parquet_file_gives_the_same_set_as_the_csv_file(csv, tmp_path):
    frame = pd.DataFrame({"age": [1, 2, 3, 4], "height": [1.5, 2.5, 3.5, 4.5], "kind": ["cat", "dog"] * 2})
    frame.to_parquet(tmp_path / "pets.parquet", index=False)
    dataset = load(DataSource(path=str(tmp_path / "pets.parquet"), target="kind"))
    assert dataset.fingerprint == csv(GOOD).fingerprint
    assert dataset.classes == ("cat", "dog")


def test_the_row_numbers_that_pandas_adds_to_a_parquet_file_are_no_input(tmp_path):
    frame = pd.DataFrame({"x": [1.0, 2.0], "y": [0.5, 1.5]}, index=[7, 3])
    frame.to_parquet(tmp_path / "a.parquet")
    assert load(DataSource(path=str(tmp_path / "a.parquet"), target="y")).feature_names == ("x",)


def test_a_repeated_column_of_a_parquet_file_is_refused(tmp_path):
    table = pa.Table.from_arrays([pa.array([1.0, 2.0])] * 3, names=["x", "x", "y"])
    parquet.write_table(table, tmp_path / "a.parquet")
    message = _message(load, DataSource(path=str(tmp_path / "a.parquet"), target="y"))
    assert "must have different names. Received: `x` 2 times." in message


def test_an_npz_file_is_read_by_default_from_x_and_y_or_from_the_arrays_named(npz):
    x, y = np.arange(8.0).reshape(4, 2), np.array([0, 1, 0, 1])
    by_default, by_name = npz(x=x, y=y), npz(inputs="a", target="b", a=x, b=y)
    np.testing.assert_array_equal(by_default.inputs, x)
    assert by_default.feature_names == ("x0", "x1")
    assert by_default.fingerprint == by_name.fingerprint


@pytest.mark.parametrize(
    ("values", "task", "expected"),
    [
        (["a", "b", "a", "b"], "auto", "binary"),
        (["True", "False", "True", "False"], "auto", "binary"),
        (["3", "5", "5", "3"], "auto", "binary"),
        (["1.0", "2.0", "2.0", "1.0", "3.0", "3.0"], "auto", "multiclass"),
        (["1.5", "2", "2", "1.5"], "auto", "regression"),
        (["1", "2", "2", "1"], "regression", "regression"),
        (["1.5", "2", "2", "1.5"], "classification", "binary"),
        ([str(i % 20) for i in range(40)], "auto", "multiclass"),
        ([str(i % 21) for i in range(42)], "auto", "regression"),
    ],
)
def test_the_task_follows_from_the_target_unless_it_is_said(csv, values, task, expected):
    text = "x,y\n" + "".join(f"{row},{value}\n" for row, value in enumerate(values))
    assert csv(text, "y", task).task == expected


def test_whole_number_classes_are_ordered_as_numbers_and_named_without_a_point(csv):
    assert csv("x,y\n1,10\n2,9\n3,10.0\n4,9\n", "y").classes == ("9", "10")


def test_true_and_false_are_one_and_zero_as_inputs(csv):
    assert csv("x,y\nTrue,a\nFalse,b\nTrue,a\nFalse,b\n", "y").inputs.ravel().tolist() == [1, 0, 1, 0]


@pytest.mark.parametrize(
    ("text", "target", "expected"),
    [
        ("x,y\n1,a\n2,b\n3,a\n4,b,\n", "y", "Received: 2 names, and 3 cells in line 5 (`4,b,`)."),
        (GOOD, None, "target column of `pets.csv` must be named. Received: none. Columns: `age`, `height`, `kind`"),
        (GOOD, "knd", "has no column `knd`. Did you mean `kind`? Columns: `age`, `height`, `kind`."),
        ("", "y", "must hold a header and rows. Received: an empty file."),
        ("\n\n", "y", "must hold a header and rows. Received: an empty file."),
        ("x,y\n", "y", "must have at least 2 examples"),
        ("x,y\n1,a\n", "y", "must have at least 2 examples"),
        ("x,z,y\n1,1,a\n1,inf,b\n2,3,a\n4,5,b\n", "y", "column `z` of `pets.csv` must hold finite numbers. "
         "Received: inf in row 2"),
        ("x,y\n1,-inf\n2,3.5\n", "y", "column `y` of `pets.csv` must hold finite numbers. Received: -inf in row 1"),
        ("x,y\n1,a\n2,\n3,b\n", "y", "column `y` of `pets.csv`, the target, must have a value in every "
         "row. Received: an empty cell in row 2 (the first row is 1)."),
        ("x,y\n1,a\n2,b\nlots,a\n4,b\n", "y", "column `x` of `pets.csv` must hold numbers alone, dates alone or "
         "categories. Received: 'lots' in row 3 (the first row is 1). Say what such cells mean: `data.missing`"),
        ("x,y\n1,a\n2,a\n", "y", "must have at least two classes to tell apart. Received: 1 ('a')."),
        ("x,y\n1,2.5\n2,2.5\n", "y", "must have targets that differ"),
        ("x,y\n1,a\n2,a\n3,b\n", "y", "must have at least 2 examples, one to train on and one to validate. "
         "Received: 1 of class `b`."),
        ("x,y\n1,7\n2,8\n3,9\n", "y", "Received: 1 of class `7`. Say `task: regression` if these are amounts"),
        ("x,x,y\n1,2,a\n", "y", "must have different names. Received: `x` 2 times."),
        (",x,y\n5,1,a\n7,2,b\n", "y", "must have a name. Received: none for column 1. Name it, or drop it"),
        ("y\n1\n2\n", "y", "must have a target and at least one other column. Received: `y` alone."),
        ("x,y\n1,2,a\n3,4,b\n", "y", "as many cells as the header. Received: 2 names"),
        ("x,y\n1,a\n2,b,c\n", "y", "Received: 2 names, and 3 cells in line 3 (`2,b,c`)."),
        (b"x,y\n1,\x81\x8d\n", "y", "Received: the byte 0x81 in line 2, which is neither UTF-8 nor cp1252."),
        (b"\x00\x01,\x02\n1,2\n", "y", "must be a text table with a header line. Received: NUL bytes in the header."),
    ],
)  # fmt: skip
def test_a_csv_file_that_cannot_be_used_is_one_sentence_with_the_place_and_the_way_out(csv, text, target, expected):
    assert expected in _message(csv, text, target)


def test_semicolons_and_other_encodings_are_read(csv):
    assert csv("x;y\n1,5;a\n2;b\n3;a\n4;b\n", "y").inputs.ravel().tolist() == [1.5, 2, 3, 4]
    assert csv("x,y\n1,é\n2,ü\n3,é\n4,ü\n".encode("cp1252"), "y").classes == ("é", "ü")


def test_text_as_the_target_of_a_regression_is_refused(csv):
    assert "column `kind` of `pets.csv` must hold numbers. Received: 'cat' in row 1" in _message(
        csv, GOOD, task="regression"
    )


@pytest.mark.parametrize(
    ("arrays", "expected"),
    [
        ({"X": np.eye(2), "y": [0, 1]}, "has no array `x`. Did you mean `X`? Arrays: `X`, `y`."),
        ({"x": np.eye(2)}, "has no array `y`."),
        ({"x": np.zeros(2), "y": [0, 1]}, "array `x` of `pets.npz` must have 2 dimensions. Received: shape (2,)."),
        ({"x": np.eye(2), "y": [[0], [1]]}, "array `y` of `pets.npz` must have 1 dimension. Received: shape (2, 1)."),
        ({"x": np.eye(3), "y": [0, 1]}, "as many targets as inputs. Received: 3 in `x`, 2 in `y`."),
        ({"x": np.array([["a"], ["b"]]), "y": [0, 1]}, "array `x` of `pets.npz` must hold numbers. Received: str"),
        ({"x": np.zeros((2, 0)), "y": [0, 1]}, "array `x` of `pets.npz` must hold numbers."),
        ({"x": np.eye(2) * 1j, "y": [0, 1]}, "array `x` of `pets.npz` must hold numbers. Received: complex128"),
        ({"x": [[1.0], [np.nan]], "y": [0, 1]}, "column `x0` of `pets.npz` must hold finite numbers."),
        ({"x": [[1.0], [2.0]], "y": [0.5, np.inf]}, "column `y` of `pets.npz` must hold finite numbers."),
        ({"x": np.zeros((0, 1)), "y": np.zeros(0)}, "must have at least 2 examples"),
        ({"x": np.eye(2), "y": np.array([1, None])}, "must be a file of numpy.savez. Received: Object arrays"),
    ],
)  # fmt: skip
def test_an_npz_file_that_cannot_be_used_is_one_sentence(npz, arrays, expected):
    assert expected in _message(npz, **arrays)


def test_a_pickle_inside_an_npz_file_is_never_run(npz, tmp_path):
    class Trap:
        def __reduce__(self):
            return (open, (str(tmp_path / "was_run"), "w"))

    _message(npz, x=np.array([[Trap()], [Trap()]], dtype=object), y=[0, 1])
    assert not (tmp_path / "was_run").exists()


def test_a_single_array_is_not_an_npz_file(tmp_path):
    with (tmp_path / "a.npz").open("wb") as stream:
        np.save(stream, np.eye(2))
    assert "Received: a single array without a name." in _message(load, DataSource(path=str(tmp_path / "a.npz")))


def test_a_missing_file_is_refused_with_the_nearest_name(tmp_path):
    (tmp_path / "pets.csv").write_text(GOOD)
    message = _message(load, DataSource(path=str(tmp_path / "pet.csv"), target="kind"))
    assert "the data file must exist. Received:" in message
    assert message.endswith("Did you mean `pets.csv`?")
    assert "There is no folder" in _message(load, DataSource(path=str(tmp_path / "no" / "pet.csv"), target="kind"))


def test_an_unknown_ending_is_refused(tmp_path):
    message = _message(load, DataSource(path="pets.doc", target="kind"))
    assert message.startswith("a data file must end in one of .csv, ")
    assert "Received: `pets.doc`. Convert the file." in message


def test_missing_cells_of_a_csv_file_are_no_error_but_of_a_feature(csv):
    assert np.isnan(csv("x,y\n1,a\n,b\n,a\n4,b\n", "y").inputs.ravel()).tolist() == [False, True, True, False]


@pytest.mark.parametrize("column", [[[1], [2]], [{"a": 1}, {"a": 2}], [b"a", b"b"]])
def test_a_parquet_column_of_neither_numbers_nor_text_is_no_feature(tmp_path, column):
    pd.DataFrame({"x": column, "y": [0.5, 1.5]}).to_parquet(tmp_path / "a.parquet")
    message = _message(load, DataSource(path=str(tmp_path / "a.parquet"), target="y"))
    assert "Received: `x`, which holds neither numbers nor text (" in message


def test_a_parquet_column_of_dates_is_a_feature(tmp_path):
    pd.DataFrame({"x": pd.to_datetime(["2020", "2021"]), "y": [0.5, 1.5]}).to_parquet(tmp_path / "a.parquet")
    found = load(DataSource(path=str(tmp_path / "a.parquet"), target="y"))
    # The first of January 2020 was a Wednesday, that of 2021 a Friday.
    assert found.feature_names == ("x.year", "x.weekday")
    assert found.inputs.tolist() == [[2020, 2], [2021, 4]]


def _load_or_refuse(path):
    with contextlib.suppress(DataError):
        assert load(DataSource(path=str(path), target="y")).examples >= 2


@given(content=st.binary(max_size=200), ending=st.sampled_from(["csv", "parquet", "npz"]), header=st.booleans())
@settings(max_examples=150, deadline=None)
def test_no_content_of_a_file_ends_in_anything_but_a_data_set_or_a_data_error(
    tmp_path_factory, content, ending, header
):
    path = tmp_path_factory.getbasetemp() / f"random.{ending}"
    start = {"csv": b"x,y\n", "parquet": b"PAR1", "npz": b"PK\x03\x04"}[ending] if header else b""
    path.write_bytes(start + content)
    _load_or_refuse(path)


@given(cut=st.integers(0, 2000), ending=st.sampled_from(["parquet", "npz"]), flip=st.integers(0, 255))
@settings(max_examples=80, deadline=None)
def test_a_damaged_file_is_a_data_error_or_still_readable(tmp_path_factory, cut, ending, flip):
    folder = tmp_path_factory.getbasetemp()
    path = folder / f"whole.{ending}"
    if ending == "npz":
        np.savez_compressed(path, x=np.arange(20.0).reshape(10, 2), y=np.arange(10) % 2)
    else:
        pd.DataFrame({"x": np.arange(10.0), "y": np.arange(10) % 2}).to_parquet(path)
    content = bytearray(path.read_bytes())
    position = cut % len(content)
    damaged = folder / f"damaged.{ending}"
    content[position] = flip
    damaged.write_bytes(content if cut % 2 else content[:position])
    _load_or_refuse(damaged)
