"""Workbooks: values as Excel shows them, and a sentence for what has none."""

import datetime

import numpy as np
import pytest

from trainers.data.files import FileOptions, read_table

openpyxl = pytest.importorskip("openpyxl", reason="needs the extra excel")


@pytest.fixture
def book(tmp_path):
    def write(*rows, title="Sheet", others=()):
        made = openpyxl.Workbook()
        made.active.title = title
        for row in rows:
            made.active.append(row)
        for other in others:
            made.create_sheet(other).append(["p", "q"])
            made[other].append([1, 2])
        made.save(tmp_path / "a.xlsx")
        return str(tmp_path / "a.xlsx")

    return write


def test_what_xlsxwriter_writes_is_read(written):
    table = read_table(str(written / "xlsxwriter.xlsx"))
    assert table.frame.id.tolist() == ["9007199254740993", "9007199254740995", "3", "4"], "text stays text"
    assert table.frame.kind.tolist() == ["NA", "None", "cat", "dog"]
    assert table.frame.is_big.tolist() == [True, False, True, False]
    np.testing.assert_array_equal(table.frame["size"], [1.5, np.nan, -0.25, 1e20])
    assert table.notes == ("sheet `first`, and not `sums`",)


@pytest.mark.parametrize("sheet", ["sums", 1])
def test_a_sheet_is_chosen_by_name_or_position_and_formulas_have_their_values(written, sheet):
    frame = read_table(str(written / "xlsxwriter.xlsx"), FileOptions(sheet=sheet)).frame
    assert frame.to_dict("list") == {"a": [1, 2], "b": [2, "#DIV/0!"]}


def test_a_sheet_that_is_not_there_is_refused_with_the_names(written, refusal):
    for sheet in ("sum", 7, -1):
        with refusal("xlsxwriter.xlsx` has no sheet", "Sheets: `first`, `sums`"):
            read_table(str(written / "xlsxwriter.xlsx"), FileOptions(sheet=sheet))


def test_a_sheet_may_be_called_like_a_number(book):
    path = book(["x", "y"], [1, 2], others=["2024"])
    assert read_table(path, FileOptions(sheet=2024)).names == ["p", "q"]


def test_empty_rows_and_columns_around_the_table_are_left_out(book):
    frame = read_table(book([], ["x", "y", None], [1, "a", None], [2.5, None, None], [None, None, None])).frame
    assert frame.x.tolist() == [1.0, 2.5]
    assert frame.y.isna().tolist() == [False, True]


def test_dates_and_names_that_are_numbers(book):
    day = datetime.datetime(2024, 2, 29)
    frame = read_table(book([2024, "day"], [1, day], [2, day])).frame
    assert frame.columns.tolist() == ["2024", "day"]
    assert frame.day.dt.day.tolist() == [29, 29]


@pytest.mark.parametrize(
    ("rows", "parts"),
    [
        ([["x", "y"], [1, "=A2+1"]], ("`=A2+1` in cell B2", "Open it in Excel")),
        ([["Report", None, None], ["x", "y", "z"], [1, 2, 3]], ("`Report`, a title",)),
        ([["x", None], [1, 2]], ("none for column 2",)),
        ([["x", "x"], [1, 2]], ("`x` 2 times",)),
        ([["x", "y"]], ("no row",)),
        ([], ("an empty file",)),
    ],
)
def test_a_sheet_that_is_no_table_is_one_sentence(book, refusal, rows, parts):
    with refusal("a.xlsx", *parts):
        read_table(book(*rows))


def test_a_workbook_with_a_password_or_a_damaged_one_is_refused(read, refusal, book):
    with refusal("a workbook with a password"):
        read("b.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest")
    with refusal("b.xlsx` must be a workbook of Excel"):
        read("b.xlsx", "a,b\n1,2\n")
    with open(book(["x", "y"], [1, 2]), "rb") as stream, refusal("b.xlsx` must be a workbook of Excel"):
        read("b.xlsx", stream.read()[:-30])
