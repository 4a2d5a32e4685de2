"""Plain words are read as YAML 1.2 says, and what is written is read again as what it was."""

from __future__ import annotations

import math
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sweep.config.document import read_value
from sweep.config.yaml_words import FastLoader, Loader, dump_value

WORDS = st.text(st.sampled_from("0123456789.eE+-_:~<truefalsnTFN "), max_size=8)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS | st.text()
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(WORDS.filter(bool), inner), max_leaves=6)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("1E3", 1000.0),
        ("-2.5e+2", -250.0),
        (".5", 0.5),
        ("3.", 3.0),
        ("010", 10),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("yes", "yes"),
        ("true", True),
        ("~", None),
        ("", None),
        ("2026-01-31", "2026-01-31"),
        ("'1'", "1"),
        ("-.inf", -math.inf),
        ("e3", "e3"),
    ],
)
def test_scalars_are_read_as_yaml_1_2_says(text, value):
    read = read_value(text, "test")
    assert read == value
    assert type(read) is type(value)


def test_not_a_number_is_read_as_such():
    assert math.isnan(read_value(".nan", "test"))


@pytest.mark.parametrize("text", ["1e-3", "null", "true", "007", ".inf", "~", "", "x", "yes", "2024-01-01", "a: b"])
def test_text_is_shown_as_a_file_would_hold_it(text):
    assert read_value(dump_value(text), "text") == text


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal and of the same types, which 1, 1.0 and True are not."""
    if isinstance(one, list):
        return type(other) is list and len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return type(other) is dict and one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return type(one) is type(other) and one == other


@given(VALUES)
def test_a_value_that_is_written_is_read_again_on_one_line(value):
    text = dump_value(value)
    assert len(text.splitlines()) == 1
    assert same(read_value(text, "test"), value)


@given(WORDS)
def test_a_word_is_a_number_where_python_reads_one_from_the_same_characters(word):
    try:
        number = float(word) if set(word) <= set("0123456789.eE+-") else None
    except ValueError:
        number = None
    for loader in (Loader(""), FastLoader("")):
        tag = loader.resolve(yaml.ScalarNode, word, (True, False))
        assert (tag in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")) == (number is not None)


def test_a_number_of_more_digits_than_python_reads_is_infinity():
    assert read_value("9" * 4000, "test") == 10**4000 - 1
    assert read_value("9" * 4001, "test") == math.inf


@pytest.mark.parametrize("text", ["two\nlines", "\n", "a\r\nb", "next\x85line", "a\u2028b\u2029c"])
def test_text_with_line_breaks_is_written_on_one_line(text):
    for value in (text, [text], {"key": text}):
        assert len(dump_value(value).splitlines()) == 1
        assert read_value(dump_value(value), "test") == value


def test_numbers_and_truth_values_of_yaml_1_1_alone_are_text():
    for word in ("yes", "No", "on", "OFF", "0x1f", "0b1", "1_0", "12:30:45", "y", "n"):
        assert read_value(word, "test") == word
        assert dump_value(word) == word
    assert math.isinf(read_value("+.INF", "test"))
