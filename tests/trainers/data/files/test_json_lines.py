"""JSON: one object in a line or a list of them, with numbers as exact as they are written."""

import json

import numpy as np
import pytest

from trainers.data.files import read_table


@pytest.mark.parametrize("name", ["polars.ndjson", "duckdb.json"])
def test_what_polars_and_duckdb_write_is_read(written, name):
    table = read_table(str(written / name))
    assert table.frame.id.tolist() == [9007199254740993, 9007199254740995, 3, 4]
    assert table.frame.kind.tolist() == ["NA", "None", "cat", "dog"]
    np.testing.assert_array_equal(table.frame["size"], [1.5, np.nan, -0.25, 1e20])
    assert table.frame.is_big.dtype == bool
    assert table.frame.day.isna().tolist() == [False, False, True, False]
    assert table.is_typed


def test_text_that_looks_like_a_number_or_a_date_stays_text(read):
    frame = read("a.jsonl", '{"code": "007", "date": "2024-01-01"}\n{"code": "1", "date": "2024-01-02"}\n').frame
    assert frame.to_dict("list") == {"code": ["007", "1"], "date": ["2024-01-01", "2024-01-02"]}


def test_a_key_that_an_object_lacks_is_missing(read):
    frame = read("a.jsonl", '{"a": 1}\n\n{"b": "x", "a": 2}\n{"b": "y"}\n').frame
    np.testing.assert_array_equal(frame.a, [1.0, 2.0, np.nan])
    assert frame.b.isna().tolist() == [True, False, False]


def test_numbers_are_exact(read):
    values = [0.1, 1e-320, 123456789.123456789, 2**60 + 1]
    frame = read("a.json", "\n".join(json.dumps({"a": value, "b": 2**70}) for value in values)).frame
    assert frame.a.tolist() == values
    assert frame.b.tolist() == [2**70] * 4


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('{"a":1,"b":"x"}\n{"a":2\n', ('`{"a":2` in line 2', "column 7")),
        ('{"a":1,"b":"x"}\n[1]\n', ("`[1]` in line 2",)),
        ('{"a":1,"a":2}\n', ("line 1", "the name `a` stands in it twice")),
        ('{"a": {"0": 1}, "b": {"0": 2}}', ("orient='records', lines=True",)),
        ('{\n "a": 1\n}', ("one object over several lines",)),
        ("[1, 2]", ("a list of something else",)),
        ('[{"a": 1}', ("Received:",)),
        ("", ("an empty file",)),
        ("[]", ("an empty file",)),
        ('{"a":1}\n', ("`a` alone",)),
        ("[" * 100_000, ("Received:",)),
    ],
)
def test_what_is_no_table_is_one_sentence_with_the_line(read, refusal, text, parts):
    with refusal("a.json", *parts):
        read("a.json", text)


def test_another_encoding_is_told_or_refused(read, refusal):
    assert read("a.jsonl", '{"a": "é", "b": 1}'.encode("utf-16")).frame.a.tolist() == ["é"]
    with refusal("in the encoding utf-8", "line 1"):
        read("a.jsonl", '{"a": "é", "b": 1}'.encode("cp1252"), encoding="utf-8")
