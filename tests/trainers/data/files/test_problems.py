"""Names that a table cannot have are refused, and long texts are cut in messages."""

import pytest

from trainers.data.files.problems import MOST_COLUMNS, check_names, check_rows, unreadable
from trainers.errors import DataError, listed, shortened


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], "an empty file"),
        (["a", "b", "a"], "`a` 2 times"),
        (["a", ""], "none for column 2"),
        (["a"], "`a` alone"),
        ([str(name) for name in range(MOST_COLUMNS + 1)], "at most 50,000 columns. Received: 50,001"),
    ],
)
def test_names_must_be_two_or_more_different_ones(names, said):
    with pytest.raises(DataError) as refused:
        check_names("a.csv", "data/a.csv", names)
    assert said in str(refused.value)
    assert len(str(refused.value)) < 300


def test_a_table_needs_a_row():
    check_rows("a.csv", 1)
    with pytest.raises(DataError, match="must have at least 2 examples"):
        check_rows("a.csv", 0)


def test_texts_are_cut_to_one_short_line():
    assert shortened("a\nb\0") == "a b\\0"
    assert len(shortened("x" * 1000)) == 60
    assert listed(["a"] * 30).endswith("`a` and 10 more")
    assert "\n" not in str(unreadable("a.csv", "CSV", "first\nsecond"))
    assert "Received: ValueError." in str(unreadable("a.csv", "CSV", ValueError()))
