"""The first rows of a text table decide as what its columns are parsed, and no cell changes by it."""

import numpy as np
import pandas as pd
import pyarrow as pa

from trainers.data.files.dialect import Dialect
from trainers.data.files.first_rows import types_by_first_rows
from trainers.data.files.reading import read_table
from trainers.data.files.text_columns import NumberFormat


def types(cells, written=None, missing=()):
    dialect = Dialect(separator=";", names=("x",), header_lines=1, rows=tuple((cell,) for cell in cells))
    return types_by_first_rows(dialect, written or NumberFormat(), missing)["x"]


def test_decimals_are_numbers_words_that_repeat_a_dictionary_and_all_else_is_text():
    words = pa.dictionary(pa.int32(), pa.string())
    assert types(["0.5", "1", ""]) == pa.float64()
    assert types(["0,5", "1"], NumberFormat(decimal=",")) == pa.float64()
    assert types(["red", "red", "", "blue", "blue"]) == words
    assert types(["?", "red", "red"], missing=("?",)) == words
    # Whole numbers may have leading zeros, and words that all differ are cheaper as text.
    for cells in (["1", "2", "2"], ["true", "false", "true", "true"], ["a", "b", "c"], ["", ""]):
        assert types(cells) == pa.large_string()
    # With thousands 1.925 may be a whole number.
    assert types(["1.925", "2.5"], NumberFormat(decimal=",", thousands=".")) == pa.large_string()


def test_words_that_are_read_as_a_dictionary_are_the_cells_that_pandas_reads(tmp_path):
    draw = np.random.default_rng(0)
    rows = 30_000
    frame = pd.DataFrame(
        {
            "word": draw.choice(["red", " blue", "None", "", 'a "quoted", word', "two\nlines", "0x1f"], rows),
            "late": ["same"] * 20_000 + [f"new {number}" for number in range(10_000)],
            "amount": draw.normal(size=rows).round(2),
        }
    )
    frame.to_csv(tmp_path / "a.csv", index=False)
    read = read_table(str(tmp_path / "a.csv")).frame
    expected = pd.read_csv(tmp_path / "a.csv", keep_default_na=False, na_values=[""])
    assert read.dtypes["word"].name == read.dtypes["late"].name == "category"
    for name in frame:
        assert (
            read[name].astype(object).where(read[name].notna(), None).tolist()
            == expected[name].astype(object).where(expected[name].notna(), None).tolist()
        )
