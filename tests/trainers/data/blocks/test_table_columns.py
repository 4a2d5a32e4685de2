"""Columns of Parquet and NPY files are read one at a time, as they are in memory."""

import numpy as np
import pandas as pd
import pytest

from trainers.data.blocks.column_file import ColumnWriter
from trainers.data.blocks.table_columns import MatrixColumns, ParquetColumns
from trainers.data.columns import cells_of
from trainers.data.files import read_table
from trainers.errors import DataError


def test_each_column_of_a_parquet_file_has_the_cells_that_it_has_in_memory(frame, tmp_path):
    frame["grade"] = pd.Categorical(["low", "high", "low"] * 200, ["low", "high"], ordered=True)
    path = tmp_path / "t.parquet"
    frame.to_parquet(path, row_group_size=100)
    table, whole = ParquetColumns("t.parquet", path), read_table(str(path))
    assert (table.names, table.rows) == (whole.names, 600)
    for name in table.names:
        cells, encode = table.cells(name)
        pd.testing.assert_series_equal(pd.Series(cells), pd.Series(cells_of(whole.frame[name])))
        assert encode == (("low", "high") if name == "grade" else None)


def test_a_folder_of_files_is_one_table_with_the_columns_of_its_subfolders(frame, tmp_path):
    for year, part in ((2023, frame[:200]), (2024, frame[200:])):
        (tmp_path / "t" / f"year={year}").mkdir(parents=True)
        part.to_parquet(tmp_path / "t" / f"year={year}" / "a.parquet", index=False)
    table, whole = ParquetColumns("t", tmp_path / "t"), read_table(str(tmp_path / "t"))
    assert table.names == whole.names
    np.testing.assert_array_equal(table.cells("x")[0], frame["x"])
    assert table.cells("year")[0].tolist() == [2023] * 200 + [2024] * 400
    frame.drop(columns="x").to_parquet(tmp_path / "t" / "b.parquet")
    with pytest.raises(DataError, match="must have the same columns"):
        ParquetColumns("t", tmp_path / "t")


def test_words_for_a_missing_value_are_taken_out(frame, tmp_path):
    frame.loc[3, "amount"] = -999
    frame.to_parquet(tmp_path / "t.parquet")
    cells, _ = ParquetColumns("t.parquet", tmp_path / "t.parquet", ["-999"]).cells("amount")
    assert np.flatnonzero(np.isnan(cells)).tolist() == [3]


@pytest.mark.parametrize(("kind", "order"), [("float32", "C"), ("float64", "F"), (">i4", "C"), ("bool", "C")])
def test_a_matrix_is_copied_once_and_each_column_keeps_its_type(tmp_path, monkeypatch, kind, order):
    matrix = np.asarray(np.random.default_rng(0).integers(0, 9, (50, 3)), dtype=kind, order=order)
    np.save(tmp_path / "m.npy", matrix)
    monkeypatch.setattr("trainers.data.blocks.table_columns.PORTION_BYTES", 8 * 3 * 7)
    table = MatrixColumns("m.npy", tmp_path / "m.npy")
    with ColumnWriter(tmp_path / "numbers", table.rows) as writer:
        table.open(writer)
        cells, _ = table.cells("1")
        np.testing.assert_array_equal(cells, matrix[:, 1])
        assert cells.dtype == np.dtype(kind).newbyteorder("=")
        np.testing.assert_array_equal(writer.flush().block([0, 1, 2], 0, 50), matrix.astype(np.float64))
    assert table.place("2") == 2


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros(4), r"numbers of the shape \(N, D\).* Received: float64 \(4,\)"),
        (np.array([("a", 1.0)], dtype=[("x", "U1"), ("y", "f8")]), "to be read by blocks"),
        (np.array([[1, 2**60]]), "below 2\\*\\*53"),
    ],
    ids=["a vector", "records", "large integers"],
)
def test_what_is_no_matrix_of_exact_numbers_is_refused(tmp_path, array, said):
    np.save(tmp_path / "m.npy", array)
    with ColumnWriter(tmp_path / "numbers", 1) as writer, pytest.raises(DataError, match=said):
        MatrixColumns("m.npy", tmp_path / "m.npy").open(writer)
