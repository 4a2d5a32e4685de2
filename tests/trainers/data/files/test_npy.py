"""NPY: the columns of a matrix are called by their positions, and fields of records by their names."""

import numpy as np
import pytest

from trainers.data import DataSource, load
from trainers.data.files import read_table


@pytest.fixture
def saved(tmp_path):
    def save(array, **options):
        np.save(tmp_path / "a.npy", array, **options)
        return str(tmp_path / "a.npy")

    return save


def test_a_matrix_has_a_column_for_each_position(saved):
    table = read_table(saved(np.arange(6).reshape(2, 3)))
    assert (table.names, table.frame["2"].tolist()) == (["0", "1", "2"], [2, 5])


@pytest.mark.parametrize(("target", "expected"), [("-1", [2, 5, 8, 11]), ("0", [0, 3, 6, 9])])
def test_the_target_is_a_position_and_minus_one_is_the_last(saved, target, expected):
    path = saved(np.arange(12.0).reshape(4, 3))
    dataset = load(DataSource(path=path, target=target, task="regression"))
    assert dataset.targets.tolist() == expected
    assert dataset.features == 2


def test_a_position_that_is_not_there_is_refused(saved, refusal):
    path = saved(np.arange(12.0).reshape(4, 3))
    for target in ("3", "-4"):
        with refusal("has no column", "Columns: `0`, `1`, `2`"):
            load(DataSource(path=path, target=target))


def test_records_of_any_byte_order_keep_their_names_and_values(saved):
    array = np.array([(1, "a", b"x"), (2**60 + 1, "b", b"y")], dtype=[("n", ">i8"), ("t", "U1"), ("s", "S1")])
    frame = read_table(saved(array)).frame
    assert frame.to_dict("list") == {"n": [1, 2**60 + 1], "t": ["a", "b"], "s": ["x", "y"]}
    assert frame.n.dtype == np.int64


@pytest.mark.parametrize("array", [np.zeros(3), np.zeros((2, 2, 2)), np.float64(1), np.zeros(2, [("a", "f8", 2)])])
def test_other_shapes_are_refused(saved, refusal, array):
    with refusal("`a.npy` must", "Received: shape"):
        read_table(saved(array))


def test_objects_are_never_unpickled(saved, refusal):
    with refusal("a.npy` must be a file of numpy.save", "Object arrays"):
        read_table(saved(np.array([[None]]), allow_pickle=True))


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"text"])
def test_a_damaged_file_is_refused(read, refusal, content):
    with refusal("a.npy` must be a file of numpy.save"):
        read("a.npy", content)
