"""The target of a table is named by the user, by the source, or by a position."""

import pandas as pd
import pytest

from trainers.data.files.table import Table
from trainers.errors import DataError


def table(*names, target=None):
    return Table(name="a.csv", frame=pd.DataFrame({name: [1] for name in names}), is_typed=True, target=target)


def test_the_target_is_what_the_user_says_or_else_the_source():
    assert table("x", "y", target="y").target_named(None) == "y"
    assert table("x", "y", target="y").target_named("x") == "x"


def test_a_negative_position_counts_from_the_end_where_names_are_positions():
    assert table("0", "1", "2").target_named("-1") == "2"
    assert table("0", "-1").target_named("-1") == "-1"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, "the target column of `a.csv` must be named. Received: none. Columns: `price`, `size`."),
        ("pric", "`a.csv` has no column `pric`. Did you mean `price`? Columns: `price`, `size`."),
        ("-1", "`a.csv` has no column `-1`."),
    ],
)
def test_no_such_target_is_refused_with_the_columns(given, said):
    with pytest.raises(DataError) as refused:
        table("price", "size").target_named(given)
    assert said in str(refused.value)
