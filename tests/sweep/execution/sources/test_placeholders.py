"""A placeholder becomes the value of a trial within its argument, and a value never becomes a placeholder."""

from __future__ import annotations

import json

import pytest

from sweep.execution.sources.placeholders import fill, placeholders, spelled


def test_names_are_found_once_each_in_their_order():
    command = ["train", "--a={b}", "{a}{b}", "{model.width}", "{ x}", "{}", "{1}", "plain"]
    assert placeholders(command) == ["b", "a", "model.width"]


def test_a_doubled_brace_is_a_plain_one():
    assert placeholders(["{{a}}", "{{{a}}}"]) == ["a"]
    assert fill(["{{a}}", "{{{a}}}", "x}}y"], {"a": 1}) == ["{a}", "{1}", "x}y"]


@pytest.mark.parametrize("text", ["{seed}", "{{", "; rm -rf /", "$(touch x)", "a b", "--lr", "\n", "", "*", "'\""])
def test_a_value_stays_in_its_argument_as_it_is(text):
    assert fill(["sh", "{text}", "--x={text}={seed}"], {"text": text, "seed": 3}) == ["sh", text, f"--x={text}=3"]


@pytest.mark.parametrize("value", [1, 0.1, 1e-7, True, False, None, [64, 64], {"a": [1, None]}])
def test_what_is_no_text_is_spelled_as_json(value):
    assert json.loads(spelled(value)) == value


def test_text_has_no_quotes():
    assert spelled("sgd") == "sgd"


def test_braces_that_hold_no_name_stay():
    assert fill(['{"lr": {lr}, "b": {} }'], {"lr": 0.1}) == ['{"lr": 0.1, "b": {} }']
