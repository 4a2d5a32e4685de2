"""Dates are read in the one format that fits all cells, and taken apart into numbers."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainers.data.dates import (
    DAY_FIRST,
    MONTH_FIRST,
    OTHERS,
    TIMES,
    TIMES_OF_DAY,
    AmbiguousDatesError,
    date_parts,
    find_date_format,
    parse_dates,
)

MOMENTS = [datetime.datetime(2024, 5, 31, 23, 59, 8), datetime.datetime(2023, 12, 13, 0, 5, 59)]


def cells(*given: Any) -> Any:
    column = np.empty(len(given), dtype=object)
    column[:] = given
    return column


@pytest.mark.parametrize(
    "date_format",
    [*(date + time for date in (*DAY_FIRST, *MONTH_FIRST, *OTHERS) for time in ("", *TIMES)), *TIMES_OF_DAY],
)
def test_a_date_is_read_as_it_was_written(date_format: str) -> None:
    written = [moment.strftime(date_format) for moment in MOMENTS]
    found = find_date_format(cells(*written, None, " "))
    # Python reads them independently of pandas.
    expected = [datetime.datetime.strptime(text, date_format) for text in written]
    read = parse_dates(cells(*written, None), found)
    assert [moment.to_pydatetime() for moment in read[:2]] == expected
    assert pd.isna(read[2])


@given(moment=st.datetimes(datetime.datetime(1700, 1, 1), datetime.datetime(2200, 1, 1)))
def test_iso_dates_are_taken_apart_as_python_takes_them_apart(moment: datetime.datetime) -> None:
    column = cells(moment.isoformat(), moment.date().isoformat())
    assert find_date_format(column) is None
    parts = date_parts(parse_dates(column, None))
    expected = (moment.year, moment.month, moment.day, moment.weekday(), moment.hour, moment.minute)
    assert tuple(int(values[0]) for values in parts.values()) == expected
    assert tuple(int(values[1]) for values in parts.values()) == (*expected[:4], 0, 0)


@pytest.mark.parametrize(
    "column",
    [
        cells(datetime.date(2024, 5, 31), None),
        cells(datetime.datetime(2024, 5, 31), pd.NaT),
        cells(pd.Timestamp("2024-05-31"), pd.NA),
        cells(np.datetime64("2024-05-31"), np.datetime64("NaT")),
        np.array(["2024-05-31", "NaT"], dtype="M8[ns]"),
        cells(20240531, None),
        cells(20240531.0, float("nan")),
        cells(" 2024-05-31 ", ""),
    ],
)
def test_typed_dates_and_eight_digits_are_dates_and_what_is_missing_stays_missing(column: Any) -> None:
    assert find_date_format(column) is None
    read = parse_dates(column, None)
    assert read[0] == pd.Timestamp("2024-05-31")
    assert pd.isna(read[1])
    assert np.isnan(date_parts(read)["month"]).tolist() == [False, True]


def test_dates_with_an_offset_are_converted_to_utc() -> None:
    read = parse_dates(cells("2024-05-31T23:30:00-02:00", "2024-05-31T23:30:00Z"), None)
    assert [str(moment) for moment in read] == ["2024-06-01 01:30:00", "2024-05-31 23:30:00"]


@pytest.mark.parametrize("written", [("01/02/2024", "03/04/2024"), ("1.2.2024", "12.12.2024"), ("05-06-2024",)])
def test_dates_that_fit_with_the_day_and_with_the_month_first_are_ambiguous(written: tuple[str, ...]) -> None:
    with pytest.raises(AmbiguousDatesError):
        find_date_format(cells(*written))


def test_one_day_beyond_the_twelfth_decides_for_all_cells() -> None:
    assert find_date_format(cells("01/02/2024", "13/04/2024")) == "%d/%m/%Y"
    assert find_date_format(cells("01/02/2024", "04/13/2024")) == "%m/%d/%Y"
    # Also where it is the last of many.
    many = [f"{day:02}/{month:02}/2024" for day in range(1, 13) for month in range(1, 13)]
    assert find_date_format(cells(*many, "13/04/2024")) == "%d/%m/%Y"


@pytest.mark.parametrize(
    "column",
    [
        cells("2024-05-31", "tomorrow"),
        cells("31.05.2024", "05/31/2024"),
        cells("31.02.2024"),
        cells(datetime.date(2024, 5, 31), "tomorrow"),
        cells("a", "b"),
    ],
)
def test_cells_among_which_one_is_no_date_have_no_format(column: Any) -> None:
    with pytest.raises(ValueError, match="dates|date format"):
        find_date_format(column)
