"""Rows and columns of a file of numbers are read as they were written."""

import pickle

import numpy as np
import pytest

from trainers.data.blocks.column_file import ColumnWriter
from trainers.errors import DataError

ROWS = np.array([[1.5, 10.0], [2.5, np.nan], [3.5, -0.0], [4.5, 1e300], [5.5, 7.0]])


def written(path, rows=ROWS):
    with ColumnWriter(path, len(rows)) as writer:
        places = [writer.append(column) for column in rows.T]
        return writer.flush(), places


def test_columns_and_rows_are_those_that_were_written(tmp_path):
    file, places = written(tmp_path / "numbers")
    assert places == [0, 1]
    np.testing.assert_array_equal(file.column(1), ROWS[:, 1])
    np.testing.assert_array_equal(file.block([1, 0], 1, 4), ROWS[1:4, ::-1])
    assert (tmp_path / "numbers").stat().st_size == 5 * 2 * 8


def test_rows_of_a_matrix_are_written_in_portions_before_further_columns(tmp_path):
    with ColumnWriter(tmp_path / "numbers", 5) as writer:
        writer.reserve(2)
        writer.write_rows(3, ROWS[3:])
        writer.write_rows(0, ROWS[:3])
        assert writer.append(np.arange(5.0)) == 2
        file = writer.flush()
    np.testing.assert_array_equal(file.block([0, 1, 2], 0, 5), np.column_stack([ROWS, np.arange(5.0)]))


def test_a_file_is_sent_as_its_path_and_not_as_its_numbers(tmp_path):
    file, _ = written(tmp_path / "numbers", np.ones((10_000, 3)))
    sent = pickle.dumps(file)
    assert len(sent) < 1000
    assert pickle.loads(sent).column(2).sum() == 10_000


def test_a_file_that_is_gone_or_cut_off_is_told_with_the_way_out(tmp_path):
    file, _ = written(tmp_path / "numbers")
    (tmp_path / "numbers").write_bytes(b"short")
    with pytest.raises(
        DataError, match=r"must stay in .*numbers.* Received: it ends early. Run the same command again"
    ):
        file.column(1)
    (tmp_path / "numbers").unlink()
    with pytest.raises(DataError, match="Received: No such file"):
        file.block([0], 0, 2)
