"""CSV and other text: what is read is what the file says, and a broken file is one sentence with its line."""

import csv

import numpy as np
import pandas as pd
import pytest

from trainers.data.files import delimited, read_table
from trainers.data.files.table import FileOptions


def kinds(table):
    return {name: "text" if dtype == "str" else str(dtype) for name, dtype in table.frame.dtypes.items()}


def test_what_sqlite_writes_is_read_with_quotes_and_lines_in_cells(written):
    table = read_table(str(written / "sqlite.csv"))
    assert table.frame.a.tolist() == [1.0, 2.5, 3.0]
    assert table.frame.b.tolist() == ["x, y", 'say "hi"', "two\nlines"]
    assert table.frame.k.isna().tolist() == [False, True, False]
    assert table.frame.k.tolist()[::2] == ["NA", "None"]
    assert (table.is_typed, table.name) == (False, "sqlite.csv")


def test_bars_and_tabs_separate_too(written):
    assert read_table(str(written / "sqlite.txt")).names == ["a", "b", "k"]
    table = read_table(str(written / "polars.tsv"))
    assert table.notes == ("text table: separator tab, encoding utf-8",)
    assert table.frame.id.tolist() == [9007199254740993, 9007199254740995, 3, 4]
    assert list(kinds(table).values()) == ["int64", "text", "text", "float64", "bool", "text"]


def test_a_semicolon_file_with_decimal_commas_of_the_csv_module(tmp_path):
    path = tmp_path / "vélos.csv"
    with path.open("w", encoding="cp1252", newline="") as stream:
        writer = csv.writer(stream, dialect="excel", delimiter=";")
        writer.writerows([["température", "saison", "vélos"], ["0,3", "été", "5,1"], ["-0,2", "hiver", "3"]])
    table = read_table(str(path))
    assert table.frame.to_dict("list") == {"température": [0.3, -0.2], "saison": ["été", "hiver"], "vélos": [5.1, 3.0]}
    assert table.notes == (
        "text table: separator `;`, decimal comma, encoding cp1252 by its letters, as in `température` "
        "(`data.encoding` names another, such as cp1250 or cp1254)",
    )


def test_what_r_writes_with_spaces_between(read, refusal):
    table = read("r.txt", '"size" "kind"\n1.5 "big cat"\n2.5  "dog"\n')
    assert table.frame.to_dict("list") == {"size": [1.5, 2.5], "kind": ["big cat", "dog"]}
    with refusal("3 cells in line 2", "R: col.names = NA"):
        read("r.txt", '"a" "b"\n"1" 1.5 "x"\n"2" 2.5 "y z"\n')


def test_blanks_after_separators_as_in_the_adult_data(read):
    text = 'age, work, income\n39, State-gov, <=50K\n50, "a, b", >50K\n38, ?, >50K\n'
    table = read("adult.data", text, missing=("?",))
    assert table.names == ["age", "work", "income"]
    assert table.frame.work.tolist()[:2] == ["State-gov", "a, b"]
    assert table.frame.work.isna().tolist() == [False, False, True]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_all_encodings_and_ends_of_lines_give_the_same_table(read, encoding, end):
    text = end.join(["name;größe", "Zoë;1,5", "José;2,5", "Ann;-0,25", ""])
    table = read("a.csv", text.encode(encoding))
    assert table.frame.to_dict("list") == {"name": ["Zoë", "José", "Ann"], "größe": [1.5, 2.5, -0.25]}
    assert encoding.removesuffix("-sig") in table.notes[0]


def test_a_byte_that_is_not_utf_8_far_down_is_found(read):
    text = ("a,b\n" + "1,x\n" * 80_000).encode() + "2,é\n".encode("cp1252")
    table = read("a.csv", text)
    assert table.frame.b.iloc[-1] == "é"
    assert table.notes[0].startswith("text table: separator `,`, encoding cp1252 by its letters, as in `é` ")


# ruff: noqa: RUF001
@pytest.mark.parametrize(
    ("encoding", "cities", "shown"),
    [
        ("cp1250", ["Łódź", "Kraków", "Gdańsk"], "Łódź"),
        ("cp1250", ["Székesfehérvár", "Győr", "Szőke"], "Székesfehérvár"),
        ("cp1254", ["İstanbul", "Iğdır", "Eskişehir"], "İstanbul"),
        ("cp1257", ["Šiauliai", "Kėdainiai", "Panevėžys"], "Šiauliai"),
        ("iso8859_2", ["Łódź", "Zażółć", "Świdnica"], "Łódź"),
        ("cp850", ["Köln", "Düsseldorf", "Gießen", "Öhringen", "Würzburg", "Münster"], "Köln"),
    ],
)
def test_a_file_of_pandas_in_an_encoding_of_single_bytes_is_read_right_or_shows_a_word(
    tmp_path, encoding, cities, shown
):
    path = tmp_path / "cities.csv"
    pd.DataFrame({"city": cities, "size": range(len(cities))}).to_csv(path, index=False, encoding=encoding)
    told = read_table(str(path), FileOptions(encoding=encoding))
    assert list(told.frame.city) == cities
    assert "by its letters" not in told.notes[0]
    guessed = read_table(str(path))
    if encoding == "cp1250" and "Győr" in cities:
        # These letters are those of Portuguese too: the plan shows a word, and `data.encoding` says it.
        assert list(guessed.frame.city) == ["Székesfehérvár", "Gyõr", "Szõke"]
        assert "encoding cp1252 by its letters" in guessed.notes[0]
    else:
        assert list(guessed.frame.city) == cities
        assert f"by its letters, as in `{shown}` (`data.encoding` names another" in guessed.notes[0]


def test_numbers_are_those_of_pandas_bit_for_bit(tmp_path):
    draw = np.random.default_rng(0)
    numbers = draw.normal(size=(3000, 4)) * 10.0 ** draw.integers(-300, 300, (3000, 4))
    frame = pd.DataFrame(numbers, columns=list("abcd"))
    frame["count"] = draw.integers(-(2**53), 2**53, 3000)
    frame.to_csv(tmp_path / "a.csv", index=False)
    found = read_table(str(tmp_path / "a.csv")).frame
    pd.testing.assert_frame_equal(found, pd.read_csv(tmp_path / "a.csv"), check_exact=True)
    pd.testing.assert_frame_equal(found, frame, check_exact=True)


@pytest.mark.parametrize("late", ["abc", "nan", "12345678901234567890", "0x10"])
def test_a_column_stays_text_if_one_cell_far_below_the_first_rows_is_no_plain_number(read, late):
    table = read("a.csv", "a,b\n" + "1.5,x\n" * 3000 + f"{late},y\n")
    assert table.frame.a.iloc[0] == "1.5"
    assert table.frame.a.iloc[-1] == late


def test_thousands_are_removed_in_every_column_only_if_it_is_said(read):
    text = 'a,price\n0.5,"1,925"\n1,"12,003,000.5"\n'
    assert read("a.csv", text).frame.price.tolist() == ["1,925", "12,003,000.5"]
    assert read("a.csv", text, thousands=",").frame.price.tolist() == [1925.0, 12003000.5]
    assert read("a.csv", 'a,b\n1,"1,9,25"\n', thousands=",").frame.b.tolist() == ["1,9,25"]
    assert read("a.csv", "a;b\n1.925,5;x\n2.500;y\n", thousands=".").frame.a.tolist() == [1925.5, 2500.0]
    assert read("a.csv", "a;b\n1\u202f925;x\n2 500;y\n", thousands=" ").frame.a.tolist() == [1925, 2500]


def test_numbers_that_may_be_thousands_stay_text_until_the_decimal_mark_is_given(read):
    text = "a;b\n1,925;x\n2,500;y\n"
    assert read("a.csv", text).frame.a.tolist() == ["1,925", "2,500"]
    assert read("a.csv", text, decimal=",").frame.a.tolist() == [1.925, 2.5]


def test_words_that_are_said_to_be_missing_are_missing_in_numbers_and_text(read):
    frame = read("a.csv", "a,b\n?,x\n2.5,?\n-999.0,NA\n", missing=("?", "-999")).frame
    assert frame.a.isna().tolist() == [True, False, True]
    assert frame.b.isna().tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a,b,y\n1,2,0\n3,4,1\n5,6,0,9\n", ("`a.csv`", "3 names, and 4 cells in line 4 (`5,6,0,9`)")),
        ('a,b,y\n1,"x\ny",0\n3,4\n', ("2 cells in line 4 (`3,4`)", "Complete the row")),
        ("a,b,y\n1,2,0\n3,\x00,1\n", ("NUL bytes in line 3",)),
        ("", ("must hold a header and rows", "an empty file")),
        ("\n \n", ("an empty file",)),
        ("a,b,y\n", ("one in each row below", "no row")),
        ("a,b,y", ("no row",)),
        ("a,a,y\n1,2,3\n", ("`a` 2 times",)),
        ("a,,y\n1,2,3\n", ("none for column 2",)),
        ("a\n1\n", ("`a` alone", "give the `separator`")),
        ('a,b\n1,"x\n2,y\n3,z\n', ("line 2", "a quote that is never closed")),
        ("a,b\n1," + "x" * 200_000 + "\n", ("more than 131,072 characters", "line 2")),
        (",".join(f"c{i}" for i in range(50_001)) + "\n" + ",".join("1" * 50_001) + "\n", ("at most 50,000 columns",)),
        ("PK\x03\x04rest", ("a ZIP archive", "the ending of its format")),
        (b"a,b\n1,\x81\x8d\n", ("the byte 0x81 in line 2", "Give its `encoding`")),
    ],
)  # fmt: skip
def test_a_broken_file_is_one_sentence_with_the_line(read, refusal, text, parts):
    with refusal(*parts):
        read("a.csv", text)


def test_a_row_longer_than_what_is_parsed_together_is_one_sentence(read, refusal):
    with refusal("a.csv", "more than 131,072 characters in the row that begins in line 70,002"):
        read("a.csv", "a,b\n" + "1,x\n" * 70_000 + "1," + "x" * (3 * delimited.BLOCK) + "\n")


@pytest.mark.parametrize(
    ("encoding", "parts"),
    [
        ("utf-8", ("in the encoding utf-8", "the byte 0xe9 in line 3")),
        ("ascii", ("in the encoding ascii", "line 3")),
        ("klingon", ("`encoding` must be one that Python knows", "klingon")),
        ("base64", ("`encoding` must be one that Python knows",)),
    ],
)
def test_a_wrong_encoding_is_refused_with_the_line(read, refusal, encoding, parts):
    with refusal(*parts):
        read("a.csv", "a,b\n1,x\n2,é\n".encode("cp1252"), encoding=encoding)


def test_twelve_scripts_in_names_and_cells(read):
    words = ["été", "größe", "łódź", "москва", "αθήνα", "東京", "北京", "서울", "القاهرة", "ירושלים", "กรุงเทพ", "दिल्ली"]
    table = read("a.csv", ",".join(words) + "\n" + ",".join(reversed(words)) + "\n" + ",".join(words) + "\n")
    assert table.names == words
    assert table.frame.iloc[0].tolist() == words[::-1]
