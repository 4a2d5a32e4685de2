"""Temperatures to average: a made-up year, the user's own file, and what is refused."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from sweep.errors import DataError
from sweep.lecture.run_sections import run_section
from sweep.lecture.temperatures import made_up


def test_the_users_own_temperatures_are_averaged(tmp_path):
    file = tmp_path / "mine.csv"
    file.write_text("date,low,high\n" + "".join(f"d{day},{day},20\n" for day in range(60)), encoding="utf-8")
    result = run_section("averages", [f"path={file}", "column=high", "betas=[0.5]", "streamed=1000"], tmp_path)
    text = (tmp_path / "averages" / "averages.csv").read_text(encoding="utf-8")
    assert {round(float(row["beta_0.5"]), 9) for row in csv.DictReader(text.splitlines())} == {20.0}
    assert result.outcome.panels[0].title == "high of mine.csv"


def test_a_year_of_zeros_is_averaged_without_a_warning(tmp_path):
    file = tmp_path / "zeros.csv"
    file.write_text("t\n" + "0\n" * 40, encoding="utf-8")
    assert "merges" in run_section("bias-correction", [f"path={file}"], tmp_path).outcome.sentence
    assert (
        "changes 1 times less" in run_section("averages", [f"path={file}", "streamed=1000"], tmp_path).outcome.sentence
    )


@pytest.mark.parametrize(
    ("text", "overrides", "error"),
    [
        ("", (), r"`path` must be a CSV file\. Received: .*cannot be read"),
        ("a,b\nx,y\n", (), r"`path` must have a column of numbers\. Received: a, b\."),
        ("low,high\n1,2\n3,4\n", ("column=hihg",), r"must be one of low, high\. Received: hihg\. Did you mean `high`"),
        ("low\n1\n\n", (), r"two or more values"),
        ("low,high\n1,2\n,4\n5,6\n", (), r"no gaps\. Received: 3 rows in `low`, 1 of them empty"),
    ],
)
def test_temperatures_that_cannot_be_averaged_are_refused(tmp_path, text, overrides, error):
    file = tmp_path / "mine.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=error):
        run_section("averages", [f"path={file}", *overrides], tmp_path)


def test_a_missing_file_of_temperatures_is_refused(tmp_path):
    with pytest.raises(DataError, match="which does not exist"):
        run_section("averages", ["path=nowhere.csv"], tmp_path)


def test_a_made_up_year_has_the_season_and_the_weather_that_it_states():
    # Four hundred years: the mean of a day of the year tells the season, what is left the weather.
    days = np.arange(365 * 400)
    season = 10.0 - 9.0 * np.cos(2.0 * np.pi * (days - 20) / 365.25)
    weather = made_up(len(days), np.random.default_rng(0)) - season
    assert abs(weather.mean()) < 0.1
    assert weather.std() == pytest.approx(3.0, rel=0.02)
    # An autoregression of order one: correlations 0.6 and 0.6^2 at one and two days.
    assert np.corrcoef(weather[1:], weather[:-1])[0, 1] == pytest.approx(0.6, abs=0.01)
    assert np.corrcoef(weather[2:], weather[:-2])[0, 1] == pytest.approx(0.36, abs=0.01)


def test_made_up_weather_comes_from_the_generator_alone():
    first, again, other = (made_up(40, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
