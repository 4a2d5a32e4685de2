"""A spreadsheet computes nothing of a table, and we read back what was written."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from sweep.results.csv_text import as_csv, mark, unmark, unmarked, write_csv

FORMULAS = ["=1+1", "+cmd", "-x", "@SUM(A1)", "\t=1", "\r=1", "-", "=", "--1", "'=1", "''-x"]
PLAIN = ["adam", "1=1", "-1.5e-3", "+2", "-inf", "", "'quoted'", "a\tb"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_a_spreadsheet_would_compute_begins_with_an_apostrophe(text):
    assert mark(text) == f"'{text}"
    assert unmark(mark(text)) == text


@pytest.mark.parametrize("text", PLAIN)
def test_numbers_and_other_texts_stay(text):
    assert mark(text) == unmark(text) == text


def test_a_table_is_marked_in_its_cells_and_header_and_read_back(tmp_path):
    table = pd.DataFrame({"=name": ["=1", "a", None], "number": [-1.0, 2.0, 3.0]})
    assert as_csv(table) == "'=name,number\n'=1,-1.0\na,2.0\n,3.0\n"
    write_csv(table, tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_text() == as_csv(table)
    pd.testing.assert_frame_equal(unmarked(pd.read_csv(io.StringIO(as_csv(table)))), table, check_dtype=False)
