"""Tests of reading tables of times."""

import json

import numpy as np
import pytest

from sweep.analysis.times_file import read_times
from sweep.errors import ScoreError


def write(tmp_path, text, name="times.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


CSV = "submission,mnist,wmt\nadam,10,\nsgd,25,40\n"
JSON = json.dumps({"adam": {"mnist": 10, "wmt": None}, "sgd": {"mnist": 25, "wmt": 40}})
RECORDS = json.dumps([{"name": "adam", "mnist": 10}, {"name": "sgd", "mnist": 25, "wmt": 40}])


@pytest.mark.parametrize(
    ("text", "name"),
    [(CSV, "t.csv"), (JSON, "t.json"), (RECORDS, "t.JSON"), ("\ufeff" + CSV, "t.csv"), ("\ufeff" + JSON, "t.json")],
)
def test_all_forms_give_the_same_table(text, name, tmp_path):
    times = read_times(write(tmp_path, text, name))
    assert list(times.index) == ["adam", "sgd"]
    assert list(times.columns) == ["mnist", "wmt"]
    assert times.to_numpy().tolist() == [[10.0, np.inf], [25.0, 40.0]]


def test_empty_infinite_and_null_cells_are_misses(tmp_path):
    times = read_times(write(tmp_path, "s,a,b,c,d\nx, ,inf,NaN,null\n"))
    assert np.isinf(times.to_numpy()).all()


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("s,w\na,-3\n", "t.csv", r"row `a`, column `w` must be a number above 0.*Received: `-3`"),
        ("s,w\na,0\n", "t.csv", r"column `w` must be a number above 0"),
        ("s,w\na,fast\n", "t.csv", r"Received: `fast`"),
        ("s,w\na,1,2\n", "t.csv", r"row `a` must have 2 cells.*Received: 3"),
        ("s,w,w\na,1,2\n", "t.csv", r"must name each workload once. Received: `w`"),
        ("", "t.csv", r"Received: an empty file"),
        ("s,w\n", "t.csv", r"at least one submission"),
        ("s\na\n", "t.csv", r"at least one workload"),
        ("s,w\n,1\n", "t.csv", r"must name each submission"),
        ("{", "t.json", r"must be JSON"),
        ("3", "t.json", r"an object of objects or a list of objects. Received: 3"),
        ('{"a": [1]}', "t.json", r"an object of objects"),
        ('[{"w": 1}]', "t.json", r"one text in each row"),
        ('{"a": {"w": true}}', "t.json", r"must be a number above 0.*Received: `true`"),
        ("s,w\na,1\n", "t.txt", r"must end in .csv or .json"),
    ],
)
def test_a_bad_file_gives_one_sentence(text, name, message, tmp_path):
    with pytest.raises(ScoreError, match=message) as caught:
        read_times(write(tmp_path, text, name))
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_gives_one_sentence(tmp_path):
    with pytest.raises(ScoreError, match=r"must be readable. Received: No such file"):
        read_times(tmp_path / "none.csv")


def test_a_file_that_is_not_text_gives_one_sentence(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScoreError, match="not UTF-8 text"):
        read_times(path)
