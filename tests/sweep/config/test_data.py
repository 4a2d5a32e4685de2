"""The data of a sweep: each kind is known by its keys, and refuses what is for another."""

from __future__ import annotations

import pytest

from sweep.config import load_config
from tests.sweep.config.conftest import GOOD


def test_a_synthetic_set_writes_its_defaults_out(load):
    data = load(GOOD, "data={name: spirals, examples: 30}").data
    assert (data.source.examples, data.source.noise, data.source.classes) == (30, 0.02, 2)


def test_a_file_of_the_user_is_named_by_its_path(load):
    source = load(GOOD, "data={path: houses.csv, target: price, task: regression}").data.source
    assert (source.path, source.target, source.task) == ("houses.csv", "price", "regression")


def test_how_a_file_is_read_reaches_the_reader(load):
    keys = "separator: tab, encoding: cp1252, decimal: ',', thousands: '.', missing: ['?', -999], sheet: 1"
    options = load(GOOD, f"data={{path: houses.csv, target: price, {keys}}}").data.source.options
    assert (options.separator, options.encoding, options.decimal, options.thousands) == ("\t", "cp1252", ",", ".")
    assert (options.missing, options.sheet) == (("?", "-999"), 1)


@pytest.mark.parametrize(("spelled", "separator"), [("tab", "\t"), ("'\\t'", "\t"), ("space", " "), (";", ";")])
def test_a_separator_that_cannot_be_seen_has_a_name(load, spelled, separator):
    assert load(GOOD, f"data={{path: a.csv, separator: {spelled}}}").data.separator == separator


@pytest.mark.parametrize("spelled", ["-999.0", "null", "007", "true", "NA"])
def test_a_missing_word_is_the_text_that_stands_in_the_sweep_s_file(tmp_path, spelled):
    file = tmp_path / "x.yaml"
    optimizers = "optimizers: {sgd: {learning_rate: 0.1}}\n"
    file.write_text(f"data: {{path: a.csv, target: y, missing: ['?', {spelled}]}}\n{optimizers}")
    assert load_config(file).data.missing == ("?", spelled)
    file.write_text(f"data:\n  path: a.csv\n  target: y\n  missing:\n    - {spelled}\n{optimizers}")
    assert load_config(file).data.missing == (spelled,)


def test_keys_that_are_left_out_leave_no_trace_in_what_is_recorded(load):
    config = load(GOOD, "data={path: houses.csv, target: price}")
    recorded = config.data.model_dump(mode="json", exclude_none=True)
    assert recorded.keys() == {"path", "target", "task", "validation", "normalise"}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("{name: digts}", "x.yaml:1:14: `data.name` must be one of digits, breast_cancer, wine"),
        ("{name: digts}", "Did you mean `digits`?"),
        ("{name: digits, noise: 1}", "x.yaml:1:22: `data.noise` is not for the data set digits. Leave it out."),
        ("{name: digits, path: x.csv}", "`data.name` is not for the data of a file, which has a `data.path`."),
        ("{name: moons, classes: 3}", "`data.classes` must be 2 for moons. Received: 3."),
        (
            "{name: blobs, classes: 9, examples: 17}",
            "`data.examples` must be 18 or more, two for each class. Received: 17.",
        ),
        ("{name: digits, validation: 1}", "`data.validation` must be below 1. Received: 1."),
        ("{name: digits, validation: 0}", "`data.validation` must be above 0. Received: 0."),
        ("{path: a.csv, separator: ';;'}", "`data.separator` must be one character, or one of tab"),
        ("{path: a.csv, decimal: ';'}", "`data.decimal` must be"),
        ("{path: a.csv, thousands: '1'}", "`data.thousands` must be"),
        ("{name: iris, separator: ';'}", "`data.separator` is not for the data set iris. Leave it out."),
        ("{}", "`data.name` is needed. Give a value such as digits, or a file as `data.path`."),
        ("null", "`data` must be a section of keys and values. Received: null. Give a value such as {name: digits}."),
    ],
)
def test_each_mistake_in_the_data_is_one_sentence(refusal, data, sentence):
    (told,) = refusal(f"data: {data}\noptimizers: {{sgd: {{learning_rate: 1}}}}\n")
    assert sentence in told
