"""The separator and the decimal mark of a text table follow from its first rows, or one sentence says what is wrong."""

import pytest

from trainers.data.files.dialect import detect, records
from trainers.errors import DataError


def found(text, **options):
    given = {"name": "a.csv", "is_whole": True, "separator": None, "decimal": None, **options}
    return detect(text, **given)


@pytest.mark.parametrize(
    ("text", "separator", "names"),
    [
        ("a,b\n1,2\n", ",", ("a", "b")),
        ("a;b\n1;2\n", ";", ("a", "b")),
        ("a\tb\n1\t2\n", "\t", ("a", "b")),
        ("a|b\n1|2\n", "|", ("a", "b")),
        ("a  b c\n1   2 3\n", " ", ("a", "b", "c")),
        ("température;saison;vélos\n0,3;été;5,1\n-0,2;hiver;3\n", ";", ("température", "saison", "vélos")),
        ("name;first, last\nx;y, z\nx;y\n", ";", ("name", "first, last")),
        ("a,b;c,d;e,f\n1;2;3\n", ";", ("a,b", "c,d", "e,f")),
        ('"a,1";"b"\n"x";"y"\n', ";", ("a,1", "b")),
        ("a b,c d\n1 1,2 2\n", ",", ("a b", "c d")),
        ("a,b,y\n1,2,0\n3,4,1\n5,6,0,9\n", ",", ("a", "b", "y")),
        ("only\n1\n2\n", ",", ("only",)),
        ("\n\na, b \n1,2\n", ",", ("a", "b")),
    ],
)
def test_the_separator_splits_the_header_into_most_names_with_as_many_cells_in_the_rows(text, separator, names):
    dialect = found(text)
    assert (dialect.separator, dialect.names) == (separator, names)


def test_a_separator_that_is_given_is_taken():
    assert found("a;b,c\n1;2,3\n", separator=",").names == ("a;b", "c")


def test_a_quoted_header_of_two_lines_ends_where_its_quote_ends():
    dialect = found('"a\nb",c\n1,2\n')
    assert (dialect.names, dialect.header_lines, dialect.rows) == (("a\nb", "c"), 2, (("1", "2"),))


@pytest.mark.parametrize(
    ("cells", "decimal"),
    [
        (["3,14", "2"], ","),
        (["0,925", "0,500"], ","),
        (["1234,567"], ","),
        (["1,925", "2,500"], "."),
        (["3,14", "3.14"], "."),
        (["1.925,5"], "."),
        (["word", "2"], "."),
    ],
)
def test_a_decimal_comma_is_detected_only_where_it_is_certain(cells, decimal):
    assert found("a;b\n" + "".join(f"{cell};x\n" for cell in cells)).decimal == decimal


def test_a_comma_that_separates_cells_is_no_decimal_comma():
    assert found('a,b\n"3,14",x\n').decimal == "."


def test_blanks_after_all_separators_are_no_part_of_the_cells():
    dialect = found('age, work\n39, Private\n50, "a, b"\n')
    assert (dialect.separator, dialect.has_blanks, dialect.rows) == (",", True, (("39", "Private"), ("50", "a, b")))
    assert not found("age,work\n39, Private\n50,Other\n").has_blanks


def test_the_last_row_of_a_part_of_a_file_may_be_cut():
    assert found("a,b\n1,2\n3", is_whole=False).rows == (("1", "2"),)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Sales report 2024\n\na,b\n1,2\n3,4\n", "`Sales report 2024`, a title, above rows of 2 cells"),
        ("# made by x, 2024\na,b,c\n1,2,3\n3,4,5\n", "`# made by x, 2024`, a comment, above rows of 3 cells"),
    ],
)
def test_lines_above_the_names_are_refused(text, what):
    with pytest.raises(DataError, match="Delete the lines above the names") as refused:
        found(text)
    assert what in str(refused.value)


def test_a_name_may_begin_with_a_number_sign():
    assert found("#id,a\n1,2\n3,4\n").names == ("#id", "a")


def test_records_know_the_line_in_which_they_begin_and_leave_blank_lines_out():
    lines = ["a,b\n", "\n", '1,"x\n', 'y"\n', "   \n", "2,z\n"]
    assert list(records(lines, ",")) == [(1, ["a", "b"]), (3, ["1", "x\ny"]), (6, ["2", "z"])]
