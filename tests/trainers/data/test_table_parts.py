"""Rows are held out as a column, a group, a time or a file says, and the test part leaves enough."""

import numpy as np
import pytest

from trainers.data.dataset import classification
from trainers.data.holdout import ByGroup, ByTime, Given
from trainers.data.numeric import Column
from trainers.data.table_parts import TEST, VALIDATION, keys_of, rows_of_test, with_training, without_test
from trainers.errors import DataError

COLUMNS = {
    "part": Column(name="part", origin="a.csv", cells=np.array(["val", "train", "val ", "train"], dtype=object)),
    "house": Column(name="house", origin="a.csv", cells=np.array(["b", "a", "b", "c"], dtype=object)),
    "day": Column(name="day", origin="a.csv", cells=np.array(["2024-05-03", "2024-05-01"] * 2, dtype=object)),
    "gap": Column(name="gap", origin="a.csv", cells=np.array(["b", "", "b", "c"], dtype=object)),
}
ORIGIN = np.array([0, VALIDATION, TEST, 0])


def keys(holdout, key="data.validation"):
    return keys_of(COLUMNS, ORIGIN, holdout, key)


def test_a_column_a_group_a_time_and_a_file_say_what_is_held_out():
    assert keys(Given(column="part", value="val")).tolist() == [1, 0, 1, 0]
    assert keys(ByGroup("house", 0.2)).tolist() == [1, 0, 1, 2]
    assert keys(ByTime("day", 0.2)).tolist() == [1, 0, 1, 0]
    assert keys(Given(path="val.csv")).tolist() == [0, 1, 0, 0]
    assert keys(Given(path="test.csv"), "data.test").tolist() == [0, 0, 1, 0]
    assert keys(0.2) is None


@pytest.mark.parametrize(
    ("holdout", "said"),
    [
        (Given(column="part", value="vla"), r"`data\.validation\.value` must name some of the rows.*no rows"),
        (ByGroup("gap", 0.2), r"`data\.validation\.group` must be a column with a value in every row.*row 2 has none"),
    ],
)
def test_a_column_that_does_not_decide_is_refused(holdout, said):
    with pytest.raises(DataError, match=said):
        keys(holdout)


def dataset(count=20):
    return classification("set", np.arange(count)[:, None], np.arange(count) % 2, ["no", "yes"], ["x"])


def test_the_test_part_of_a_share_is_the_same_each_time_and_balanced():
    first, again = rows_of_test(dataset(), 0.2), rows_of_test(dataset(), 0.2)
    assert first.tolist() == again.tolist()
    assert dataset().targets[first].tolist().count(0) == 2
    pool, test = without_test(dataset(), first)
    assert sorted([*pool.inputs[:, 0], *test.inputs[:, 0]]) == list(range(20))


def test_a_test_part_must_leave_two_of_each_class():
    with pytest.raises(DataError, match=r"`data\.test` must leave 2 or more examples of each class"):
        without_test(dataset(), np.arange(20) % 2 == 0)


def test_a_set_knows_how_many_examples_are_trained_on_where_its_rows_decide_it():
    held = dataset()
    object.__setattr__(held, "keys", (np.arange(20) < 6).astype(np.int64))
    assert with_training(held, Given(column="part", value="val")).training == 14
    assert with_training(held, 0.2) is held
