"""Feather and Arrow: files and streams, of other writers."""

import numpy as np
import pandas as pd
import pytest

from trainers.data.files import read_table


@pytest.mark.parametrize("name", ["polars.arrow", "polars_stream.arrow"])
def test_what_polars_writes_is_read_as_file_and_as_stream(written, name):
    table = read_table(str(written / name))
    assert table.names == ["id", "city", "kind", "size", "is_big", "day"]
    assert table.frame.id.tolist() == [9007199254740993, 9007199254740995, 3, 4]
    assert table.frame.city.tolist() == ["Łódź", "東京", "a,b;c", 'say "hi"']
    np.testing.assert_array_equal(table.frame["size"], [1.5, np.nan, -0.25, 1e20])
    assert table.is_typed


@pytest.mark.parametrize("compression", ["lz4", "zstd", "uncompressed"])
def test_what_pandas_writes_is_read_without_row_numbers(tmp_path, compression):
    frame = pd.DataFrame({"x": [1.5, 2.5], "y": pd.Categorical(["a", "b"])})
    frame.to_feather(tmp_path / "a.feather", compression=compression)
    pd.testing.assert_frame_equal(read_table(str(tmp_path / "a.feather")).frame, frame, check_categorical=False)


@pytest.mark.parametrize("content", [b"", b"FEA1rest", b"ARROW1rest", b"nonsense"])
def test_anything_else_is_refused(read, refusal, content):
    with refusal("a.feather` must be a Feather or Arrow file"):
        read("a.feather", content)
