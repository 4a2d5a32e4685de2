"""The data of a sweep: each kind is known by its keys, and refuses what is for another."""

from __future__ import annotations

import pytest

from tests.sweep.config.conftest import GOOD


def test_a_synthetic_set_writes_its_defaults_out(load):
    data = load(GOOD, "data={name: spirals, examples: 30}").data
    assert (data.source.examples, data.source.noise, data.source.classes) == (30, 0.02, 2)


def test_a_file_of_the_user_is_named_by_its_path(load):
    source = load(GOOD, "data={path: houses.csv, target: price, task: regression}").data.source
    assert (source.path, source.target, source.task) == ("houses.csv", "price", "regression")


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
        ("{}", "`data.name` is needed. Give a value such as digits, or a file as `data.path`."),
        ("null", "`data` must be a section of keys and values. Received: null. Give a value such as {name: digits}."),
    ],
)
def test_each_mistake_in_the_data_is_one_sentence(refusal, data, sentence):
    (told,) = refusal(f"data: {data}\noptimizers: {{sgd: {{learning_rate: 1}}}}\n")
    assert sentence in told
