"""What is held out is said by a share or by one of five sections, and a mistake in one names its keys."""

from __future__ import annotations

import pytest

from sweep.config.holdout import holdout_of, of_tables
from trainers.data.holdout import ByGroup, ByTime, Folds, Given

SPACE = "\noptimizers: {sgd: {learning_rate: 0.1}}\n"


def table(validation: str, key: str = "validation") -> str:
    return f"data: {{path: a.csv, target: y, {key}: {validation}}}{SPACE}"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("0.3", 0.3),
        ("{group: patient}", ByGroup("patient", 0.2)),
        ("{group: patient, fraction: 0.4}", ByGroup("patient", 0.4)),
        ("{time: day, fraction: 0.1}", ByTime("day", 0.1)),
        ("{column: part, value: val}", Given(column="part", value="val")),
        ("{value: 1, column: part}", Given(column="part", value="1")),
        # As a cell of a column of true and false reads.
        ("{column: part, value: true}", Given(column="part", value="True")),
        ("{column: part, value: 'yes'}", Given(column="part", value="yes")),
        ("{path: val.csv}", Given(path="val.csv")),
    ],
)
@pytest.mark.parametrize("key", ["validation", "test"])
def test_each_form_becomes_what_the_trainers_hold_out(load, key, given, expected):
    data = load(table(given, key)).data
    assert holdout_of(getattr(data, key)) == expected
    assert of_tables(getattr(data, key)) == (not isinstance(expected, float))
    assert getattr(data.source, key) == (None if key == "validation" and expected == 0.3 else expected)


def test_folds_are_for_validation_and_for_any_data(load):
    for text in (table("{folds: 5}"), f"data: {{name: iris, validation: {{folds: 5}}}}{SPACE}"):
        data = load(text).data
        assert holdout_of(data.validation) == Folds(5)
        assert not of_tables(data.validation)


@pytest.mark.parametrize(
    ("given", "key", "sentence"),
    [
        ("{group: patient, fraction: 1.5}", "validation", "`data.validation.fraction` must be below 1. Received: 1.5."),
        ("{group: patient, share: 0.2}", "validation", "`data.validation.share` is not a known key."),
        ("{group: 3}", "validation", "`data.validation.group` must be text. Received: 3, which is a number."),
        ("{group: ''}", "validation", "`data.validation.group` must not be empty."),
        ("{fraction: 0.2}", "validation", "`data.validation.group` is needed. Give a value such as patient_id."),
        ("{column: part}", "validation", "`data.validation.value` is needed. Give a value such as val."),
        ("{value: val}", "test", "`data.test.column` is needed. Give a value such as part."),
        ("{group: a, time: b}", "validation", "`data.validation.time` is not a known key."),
        ("{folds: 1}", "validation", "`data.validation.folds` must be 2 or more. Received: 1."),
        ("{folds: 2.5}", "validation", "`data.validation.folds` must be a whole number. Received: 2.5."),
        ("{folds: 5}", "test", "`data.test` must be one part, as folds are for validation. Received: {folds: 5}."),
        ("much", "validation", "`data.validation` must be a number. Received: much. Give a value such as 0.2."),
        ("0", "test", "`data.test` must be above 0. Received: 0. Give a value such as 0.2."),
        ("'0.2'", "test", "`data.test` must be a number. Received: '0.2', which is text. Drop the quotes."),
        ("[0.2]", "validation", "`data.validation` must be a number. Received: [0.2]."),
    ],
)
def test_each_mistake_is_one_sentence_that_names_its_key(refusal, given, key, sentence):
    (told,) = refusal(table(given, key))
    assert sentence in told


@pytest.mark.parametrize("data", ["name: iris", "module: 'mine:load'", "path: a.npz", "name: moons"])
@pytest.mark.parametrize("key", ["validation", "test"])
@pytest.mark.parametrize("given", ["{group: g}", "{time: t}", "{column: c, value: v}", "{path: val.csv}"])
def test_a_column_or_a_file_decides_for_tables_alone(refusal, data, key, given):
    (told,) = refusal(f"data: {{{data}, {key}: {given}}}{SPACE}")
    assert f"`data.{key}` must be a share of the examples here, as columns and files are for tables." in told
    assert "Give such as 0.2." in told


def test_a_home_folder_is_written_out(load, monkeypatch):
    monkeypatch.setenv("HOME", "/home/ada")
    assert load(table("{path: ~/val.csv}")).data.validation.path == "/home/ada/val.csv"


def test_the_files_of_the_parts_are_read_from_the_folder_of_the_sweeps_file(load, tmp_path, monkeypatch):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "val.csv").write_text("x,y\n")
    assert load(table("{path: there/val.csv}")).data.files == ("a.csv", "there/val.csv")
    assert load(table("{path: there/val.csv}", "test")).data.files == ("a.csv", "there/val.csv")
    assert load(table("0.2")).data.files == ("a.csv",)
