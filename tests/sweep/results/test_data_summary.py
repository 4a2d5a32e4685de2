"""What a sweep found in its data is read back as it was written, and a damaged file is one sentence."""

from __future__ import annotations

import json

import pytest

from sweep.errors import ResultsError
from sweep.results.data_summary import read_data_summary, write_data_summary
from trainers.data.summary import TargetSummary
from trainers.data.table_schema import ColumnSummary

WRITTEN = {
    "name": "passengers.csv",
    "rows": 600,
    "task": "binary",
    "features": 12,
    "columns": [
        {"name": "port", "role": "feature", "encoding": "one_hot", "categories": 4, "missing": 32, "distinct": 3},
        {
            "name": "name",
            "role": "left out",
            "encoding": None,
            "categories": None,
            "missing": 0,
            "distinct": 600,
            "reason": "free text: 600 different cells",
        },
    ],
    "classes": [{"name": "0", "rows": 310}, {"name": "1", "rows": 290}],
    "target": None,
    "parts": {"training": 480, "validation": 120, "test": 0},
    "held_out_by": "a share of 0.2",
    "notes": ["comma-separated"],
    "leaks": ["`fare` alone predicts the target."],
    "duplicates": {"across_parts": 3},
}


def write(folder, content):
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / "data.json").write_text(text, encoding="utf-8")
    return folder


def test_a_summary_is_read_as_it_was_written(tmp_path):
    found = read_data_summary(write(tmp_path, WRITTEN))
    assert (found.name, found.rows, found.task, found.features) == ("passengers.csv", 600, "binary", 12)
    assert found.columns[0] == ColumnSummary(
        name="port", role="feature", encoding="one_hot", categories=4, missing=32, distinct=3
    )
    assert (found.columns[1].encoding, found.columns[1].reason) == (None, "free text: 600 different cells")
    assert found.classes == (("0", 310), ("1", 290))
    assert found.target is None
    assert dict(found.parts) == {"training": 480, "validation": 120, "test": 0}
    assert (found.leaks, found.duplicates) == (("`fare` alone predicts the target.",), 3)


def test_what_is_written_again_is_what_was_read(tmp_path):
    found = read_data_summary(write(tmp_path, WRITTEN))
    write_data_summary(tmp_path, found)
    first = {"reason": None, **WRITTEN["columns"][0]}
    again = {**WRITTEN, "columns": [first, WRITTEN["columns"][1]]}
    assert json.loads((tmp_path / "data.json").read_text(encoding="utf-8")) == again


def test_a_numeric_target_has_quartiles_and_what_is_not_said_is_empty(tmp_path):
    target = {"minimum": 1, "quartiles": [2, 3, 4], "maximum": 9.5, "mean": 3.25}
    least = {key: WRITTEN[key] for key in ("name", "rows", "features", "parts")}
    found = read_data_summary(write(tmp_path, {**least, "task": "regression", "target": target}))
    assert found.target == TargetSummary(minimum=1.0, quartiles=(2.0, 3.0, 4.0), maximum=9.5, mean=3.25)
    assert (found.columns, found.classes, found.leaks, found.duplicates) == ((), (), (), 0)


def test_a_sweep_without_the_file_has_no_summary(tmp_path):
    assert read_data_summary(tmp_path) is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "Expecting"),
        ([1], "list indices"),
        ({key: value for key, value in WRITTEN.items() if key != "rows"}, "no key `rows`"),
        ({**WRITTEN, "rows": "many"}, "invalid literal"),
        ({**WRITTEN, "target": {"minimum": 1, "quartiles": [1], "maximum": 1, "mean": 1}}, "not enough values"),
        ({**WRITTEN, "parts": [1]}, "items"),
    ],
)
def test_a_damaged_file_is_one_sentence_with_a_way_out(tmp_path, content, reason):
    with pytest.raises(ResultsError, match=reason) as caught:
        read_data_summary(write(tmp_path, content))
    assert f"`{tmp_path / 'data.json'}` must describe the data of its sweep. Received: a damaged" in str(caught.value)
    assert "Delete it" in str(caught.value)
