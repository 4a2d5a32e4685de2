"""Parquet: a file, and folders whose names are columns too, keep every digit and every type."""

import datetime
import shutil
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from trainers.data.files import FileOptions, read_table


def test_what_polars_writes_keeps_its_types(written):
    table = read_table(str(written / "polars.parquet"))
    assert (table.is_typed, table.notes) == (True, ())
    assert table.frame.id.tolist() == [9007199254740993, 9007199254740995, 3, 4]
    assert table.frame.kind.tolist() == ["NA", "None", "cat", "dog"]
    assert table.frame.is_big.dtype == bool
    days = [datetime.date(2024, 2, 29), datetime.date(2024, 3, 1), None, datetime.date(2024, 3, 3)]
    assert table.frame.day.tolist() == days
    np.testing.assert_array_equal(table.frame["size"], [1.5, np.nan, -0.25, 1e20])


def test_decimals_and_moments_of_duckdb_are_exact(written):
    frame = read_table(str(written / "duckdb_types.parquet")).frame
    assert frame.amount.tolist() == [Decimal("12345678901234567.25")] * 4
    assert frame.moment.dt.strftime("%F %T").tolist() == ["2024-02-29 10:00:00"] * 4
    assert frame.list.map(list).tolist() == [[1, 2]] * 4


def test_a_folder_that_duckdb_has_partitioned_has_the_columns_of_its_subfolders(written):
    table = read_table(str(written / "duckdb_parts"))
    assert table.names == ["id", "size", "kind", "year", "code"]
    assert table.frame.id.tolist() == [9007199254740993, 9007199254740995, 4, 3]
    assert table.frame.year.tolist() == [2023, 2023, 2024, 2024]
    assert table.frame.code.tolist() == ["001", "001", "000", "001"], "leading zeros stay"
    assert table.notes == ("folder of 3 Parquet files", "columns from the names of its subfolders: `year`, `code`")


def test_a_folder_of_spark_is_one_table(tmp_path):
    folder = tmp_path / "a.parquet"
    (folder / "part=__HIVE_DEFAULT_PARTITION__").mkdir(parents=True)
    (folder / "part=b%20c").mkdir()
    for number, part in enumerate(("part=__HIVE_DEFAULT_PARTITION__", "part=b%20c")):
        pd.DataFrame({"x": [number], "y": [1.5]}).to_parquet(folder / part / "part-0.snappy.parquet")
    (folder / "_SUCCESS").touch()
    (folder / "_temporary.parquet").write_bytes(b"half")
    frame = read_table(f"{folder}/").frame
    assert frame.x.tolist() == [0, 1]
    assert frame.part.isna().tolist() == [True, False]
    assert frame.part.iloc[1] == "b c"


def test_missing_integers_are_exact_as_numbers_or_as_objects(tmp_path):
    parquet.write_table(pa.table({"a": pa.array([1, None]), "b": pa.array([2**53 + 1, None])}), tmp_path / "a.parquet")
    frame = read_table(str(tmp_path / "a.parquet")).frame
    np.testing.assert_array_equal(frame.a, [1.0, np.nan])
    assert frame.b.tolist() == [2**53 + 1, None]


def test_a_dictionary_becomes_categories(tmp_path):
    pd.DataFrame({"a": pd.Categorical(["x", None, "y"]), "b": [1, 2, 3]}).to_parquet(tmp_path / "a.parquet")
    frame = read_table(str(tmp_path / "a.parquet")).frame
    assert frame.a.cat.categories.tolist() == ["x", "y"]


def test_integers_and_numbers_of_two_files_are_numbers(tmp_path):
    pd.DataFrame({"x": [1], "y": [1]}).to_parquet(tmp_path / "a.parquet")
    pd.DataFrame({"y": [2], "x": [1.5]}).to_parquet(tmp_path / "b.parquet")
    assert read_table(str(tmp_path)).frame.to_dict("list") == {"x": [1.0, 1.5], "y": [1, 2]}


def test_files_that_differ_in_their_columns_are_refused(tmp_path, refusal):
    pd.DataFrame({"x": [1], "y": [1]}).to_parquet(tmp_path / "a.parquet")
    pd.DataFrame({"x": [1], "z": [1]}).to_parquet(tmp_path / "b.parquet")
    with refusal("b.parquet", "differs from the first file in `y`, `z`"):
        read_table(str(tmp_path))
    pd.DataFrame({"x": ["text"], "y": [1]}).to_parquet(tmp_path / "b.parquet")
    with refusal("whose columns have the same types"):
        read_table(str(tmp_path))


def test_a_folder_without_parquet_is_refused(tmp_path, refusal):
    (tmp_path / "b.csv").touch()
    (tmp_path / ".hidden").touch()
    with refusal("a folder of data must hold Parquet files", "which holds `b.csv`"):
        read_table(str(tmp_path))


def test_a_file_that_was_cut_is_refused(tmp_path, written, refusal):
    whole = (written / "polars.parquet").read_bytes()
    (tmp_path / "a.parquet").write_bytes(whole[:-20])
    with refusal("a.parquet` must be Parquet", "write it again"):
        read_table(str(tmp_path / "a.parquet"))


def test_what_unpacks_to_more_than_the_memory_is_refused_before_it_is_read(tmp_path, refusal, monkeypatch):
    pd.DataFrame({"x": [0] * 1_000_000, "y": [1] * 1_000_000}).to_parquet(tmp_path / "a.parquet", use_dictionary=False)
    assert (tmp_path / "a.parquet").stat().st_size < 2_000_000
    monkeypatch.setattr("trainers.data.files.memory.most_bytes", lambda: 4_000_000)
    with refusal("at most 4 MB, unpacked"):
        read_table(str(tmp_path / "a.parquet"))


@pytest.mark.parametrize("option", [{"separator": ";"}, {"encoding": "cp1252"}, {"sheet": 1}, {"decimal": ","}])
def test_an_option_of_another_format_is_refused(written, refusal, tmp_path, option):
    shutil.copy(written / "polars.parquet", tmp_path / "a.parquet")
    with refusal("applies to", "Leave `"):
        read_table(str(tmp_path / "a.parquet"), FileOptions(**option))
