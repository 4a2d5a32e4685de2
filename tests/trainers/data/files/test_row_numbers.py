"""A column without a name is left out where it numbers the rows, and refused elsewhere."""

import pandas as pd
import pytest

from trainers.data import DataSource, load
from trainers.errors import DataError

ROWS = 8
TABLE = pd.DataFrame({"x": [0.5 * at for at in range(ROWS)], "y": ["a", "b"] * (ROWS // 2)})


@pytest.mark.parametrize("first", [0, 1])
def test_row_numbers_of_pandas_and_r_are_left_out_by_their_name(tmp_path, first):
    TABLE.set_axis(range(first, first + ROWS)).to_csv(tmp_path / "t.csv")
    dataset = load(DataSource(path=str(tmp_path / "t.csv"), target="y"))
    assert dataset.feature_names == ("x",)
    (left_out,) = [note for note in dataset.notes if note.startswith("left out")]
    assert "`Unnamed: 0`, a column without a name that numbers the rows" in left_out
    pd.read_csv(tmp_path / "t.csv").to_csv(tmp_path / "again.csv", index=False)
    assert load(DataSource(path=str(tmp_path / "again.csv"), target="y")).fingerprint == dataset.fingerprint


def test_the_numbers_are_those_of_the_table_without_them(tmp_path):
    TABLE.to_csv(tmp_path / "with.csv")
    TABLE.to_csv(tmp_path / "without.csv", index=False)
    one, other = (load(DataSource(path=str(tmp_path / f"{name}.csv"), target="y")) for name in ("with", "without"))
    assert one.fingerprint == other.fingerprint


@pytest.mark.parametrize("numbers", [range(2, 10), [0, 1, 2, 3, 4, 5, 6, 6], list("abcdefgh"), [0.5] * 8])
def test_a_column_without_a_name_that_holds_anything_else_is_refused(tmp_path, numbers):
    TABLE.set_axis(numbers).to_csv(tmp_path / "t.csv")
    with pytest.raises(DataError, match=r"every column of `t.csv` must have a name. Received: none for column 1"):
        load(DataSource(path=str(tmp_path / "t.csv"), target="y"))


def test_two_columns_without_a_name_are_refused(tmp_path):
    (tmp_path / "t.csv").write_text(",,y\n0,5,a\n1,6,b\n")
    with pytest.raises(DataError, match="must have a name"):
        load(DataSource(path=str(tmp_path / "t.csv"), target="y"))
