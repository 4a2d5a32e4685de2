"""A configuration file, right and wrong: what is read, and each sentence that says what to change."""

from __future__ import annotations

import pytest

from sweep.config.schema import known_keys
from sweep.errors import ConfigError
from tests.sweep.config.conftest import GOOD


def test_the_flat_form_is_the_nested_form(load):
    flat = load("data: {name: iris}\noptimizer: [sgd, adam]\nlearning_rate: 0.1\nbeta1: [0.8, 0.9]\n")
    nested = load("data: {name: iris}\nspace: {optimizer: [sgd, adam], learning_rate: 0.1, beta1: [0.8, 0.9]}\n")
    assert flat.as_mapping() == nested.as_mapping()
    assert [space.optimizer for space in flat.spaces] == ["sgd", "adam"]


def test_overrides_win_over_the_file_and_the_last_over_the_first(load):
    config = load(GOOD, "trainer.epochs=5", "optimizers.sgd.learning_rate=[1e-2, 0.1]", "trainer.epochs=7")
    assert config.trainer.epochs == 7
    assert config.spaces[0].domains["learning_rate"] == (0.01, 0.1)


def test_an_override_can_name_what_the_file_leaves_out(load):
    config = load(GOOD, "optimizers.adam.learning_rate=0.01", "tracking.uri=http://a=b")
    assert [space.optimizer for space in config.spaces] == ["sgd", "adam"]
    assert config.tracking.uri == "http://a=b"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("trainer: {epoch: 5}", "x.yaml:3:11: `trainer.epoch` is not a known key. Did you mean `trainer.epochs`?"),
        (
            "trainer: {batchsize: 5}",
            "x.yaml:3:11: `trainer.batchsize` is not a known key. Did you mean `space.batch_size`?",
        ),
        ("trianer: {}", "x.yaml:3:1: `trianer` is not a known key. Did you mean `trainer`?"),
        (
            "network: {zzz: 1}",
            "x.yaml:3:11: `network.zzz` is not a known key. `network` takes hidden, activation, init, module, kwargs.",
        ),
        ("trainer: 5", "x.yaml:3:10: `trainer` must be a section of keys and values. Received: 5."),
        ("beta1: 0.5\nspace: {beta1: 0.5}", "x.yaml:3:1: `beta1` is given, and so is `space`, which may hold it."),
        ("betta1: 0.5", "x.yaml:3:1: `betta1` is not a known key. Did you mean `space.beta1`?"),
    ],
)
def test_each_mistake_is_one_sentence_with_its_place(refusal, line, sentence):
    (told,) = refusal(GOOD + line)
    assert told.startswith("x.yaml:")
    assert sentence in told
    assert told.endswith((".", "?"))


def test_all_mistakes_are_reported_at_once_in_the_order_of_the_file(refusal):
    told = refusal("seeds: 0\noptimizers: {adam: {beta1: [2, 3]}, sgd:}\ntrainer: {epochs: 0}\nwibble: 1\n")
    assert [line.partition(": ")[0] for line in told] == [
        "x.yaml:1:1",
        "x.yaml:1:8",
        "x.yaml:2:29",
        "x.yaml:2:32",
        "x.yaml:3:19",
        "x.yaml:4:1",
    ]


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("trainer.epochs=x", "override `trainer.epochs=x`: `trainer.epochs` must be a whole number. Received: x."),
        (
            "trainer.epcohs=5",
            "override `trainer.epcohs=5`: `trainer.epcohs` is not a known key. Did you mean `trainer.epochs`?",
        ),
        ("trainer.epochs", "override `trainer.epochs`: it must be a dotted key, `=` and a value."),
        ("=5", "it must be a dotted key, `=` and a value."),
        ("data.name.x=3", "override `data.name.x=3`: `data.name` is a value and has no keys."),
        ("seeds=[1", "override `seeds=[1`: this is not valid YAML"),
        (
            "optimizers.adam.beta1=0.5",
            "override `optimizers.adam.beta1=0.5`: `optimizers.adam.learning_rate` is needed.",
        ),
    ],
)
def test_a_wrong_override_is_told_as_one(refusal, override, sentence):
    (told,) = refusal(GOOD, override)
    assert sentence in told


NONSENSE = [
    "null",
    "true",
    "x",
    "-1",
    ".nan",
    "[]",
    "{}",
    "[[]]",
    "[null]",
    "1" + "0" * 400,
    "{a: b}",
    "{uniform: [0, x]}",
]


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_no_nonsense_anywhere_ends_in_anything_but_our_sentences(load, nonsense):
    for key in known_keys():
        try:
            load(GOOD, f"{key}={nonsense}")
        except ConfigError as error:
            for line in str(error).splitlines():
                assert line.startswith(("override `", "x.yaml:"))
                assert not any(jargon in line for jargon in ("Input should", "validation error", "[type=", "tuple"))
