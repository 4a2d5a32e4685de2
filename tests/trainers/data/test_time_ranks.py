"""Rows are ranked by a column of times, whatever form the times have."""

from __future__ import annotations

import datetime
from typing import Any

import pandas as pd
import pytest

from trainers.data.columns import cells_of
from trainers.data.numeric import Column
from trainers.data.time_ranks import time_ranks
from trainers.errors import DataError


def ranks(cells: Any) -> list[int]:
    return time_ranks(
        Column(name="day", origin="a.csv", cells=cells_of(pd.Series(cells))), "data.validation.time"
    ).tolist()


@pytest.mark.parametrize(
    "cells",
    [
        ["2024-05-02", "2023-12-31", "2024-05-02", "2024-05-01"],
        ["02.05.2024", "31.12.2023", "02.05.2024", "01.05.2024"],
        ["2024-05-02T00:00:01", "2023-12-31T00:00:00", "2024-05-02T00:00:01", "2024-05-02T00:00:00"],
        pd.to_datetime(["2024-05-02", "2023-12-31", "2024-05-02", "2024-05-01"]),
        pd.to_datetime(["2024-05-02", "2023-12-31", "2024-05-02", "2024-05-01"]).tz_localize("Europe/Vienna"),
        [datetime.date(2024, 5, 2), datetime.date(2023, 12, 31), datetime.date(2024, 5, 2), datetime.date(2024, 5, 1)],
        [5, 1, 5, 2],
        [5.5, -1.0, 5.5, 2.0],
        ["5", "1", "5", "2"],
        # As numbers and not as text, where 10 is before 9.
        ["10", "8", "10", "9"],
        pd.array([5, 1, 5, 2], dtype="Int64"),
    ],
)
def test_the_earliest_is_0_and_equal_times_are_equal(cells: Any) -> None:
    assert ranks(cells) == [2, 0, 2, 1]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["2024-05-02", "", "2024-05-01"], "an empty cell in row 2"),
        (["2024-05-02", None, "2024-05-01"], "in row 2"),
        ([1.0, float("nan"), 2.0], "in row 2"),
        (["2024-05-02", "soon", "2024-05-01"], "'soon' in row 2 "),
        (["01/02/2024", "03/04/2024"], "'01/02/2024' in row 1, '03/04/2024' in row 2"),
        (pd.to_datetime(["2024-05-02", None]), "no value in row 2"),
        (["a", "b"], "'a' in row 1, 'b' in row 2"),
        ([datetime.date(2024, 5, 2), "soon"], "'soon' in row 2"),
    ],
)
def test_a_row_without_a_time_is_named(cells: Any, said: str) -> None:
    with pytest.raises(DataError, match=said):
        ranks(cells)
