"""What each optimizer tries: its own values, those that all share, and nothing that it does not have."""

from __future__ import annotations

import pytest

from tests.sweep.config.conftest import GOOD


def test_an_optimizer_may_take_everything_from_what_is_shared(load):
    config = load("data: {name: iris}\noptimizers:\n  sgd:\n  adam: {}\nspace: {learning_rate: [0.1, 1e-3]}")
    assert [space.optimizer for space in config.spaces] == ["sgd", "adam"]
    assert all(space.domains["learning_rate"] == (0.1, 0.001) for space in config.spaces)


def test_what_an_optimizer_gives_itself_wins_over_what_is_shared(load):
    config = load(GOOD + "space: {learning_rate: 0.5, batch_size: 32}")
    assert config.spaces[0].domains == {"learning_rate": (0.1,), "batch_size": (32,)}


def test_a_wrong_shared_value_is_reported_once_and_not_once_per_optimizer(refusal):
    told = refusal("data: {name: iris}\noptimizer: [sgd, adam]\nlearning_rate: {uniform: [0.1, 1]}\n")
    assert len(told) == 1


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "space: {batch_size: 0}",
            "`space.batch_size` must be a whole number, 1 or more, or full, or auto. Received: 0.",
        ),
        ("space: {batch_size: ful}", "Received: ful. Did you mean `full`?"),
        ("space: {batch_size: []}", "x.yaml:3:21: `space.batch_size` must not be an empty list. Received: []."),
        ("beta1: 1.5", "x.yaml:3:8: `beta1` must lie in [0, 1). Received: 1.5. Give a value such as 0.9."),
    ],
)
def test_each_mistake_is_one_sentence_with_its_place(refusal, line, sentence):
    (told,) = refusal(GOOD + line)
    assert told.startswith("x.yaml:")
    assert sentence in told
    assert told.endswith((".", "?"))


@pytest.mark.parametrize(
    ("space", "sentence"),
    [
        (
            "{adam: {learning_rate: 0.1, beta1: 1.5}}",
            "x.yaml:2:48: `optimizers.adam.beta1` must lie in [0, 1). Received: 1.5.",
        ),
        ("{adam: {learning_rate: 0.1, beta2: 1}}", "`optimizers.adam.beta2` must lie in [0, 1). Received: 1."),
        ("{adam: {learning_rate: 0.1, beta2: -0.1}}", "Received: -0.1. Give a value such as 0.999."),
        ("{adam: {learning_rate: 0}}", "`optimizers.adam.learning_rate` must lie in (0, inf). Received: 0."),
        ("{adam: {learning_rate: [0.1, -1]}}", "x.yaml:2:42: `optimizers.adam.learning_rate` must lie in (0, inf)."),
        ("{adam: {learning_rate: [.nan]}}", "Received: .nan."),
        ("{adam: {learning_rate: .inf}}", "Received: .inf."),
        ("{adam: {learning_rate: true}}", "Received: true."),
        ("{adam: {learning_rate:}}", "Received: null."),
        ("{adam: {learning_rate: 1e-3x}}", "Received: 1e-3x."),
        ("{adam: {learning_rate: []}}", "`optimizers.adam.learning_rate` must not be an empty list."),
        (
            "{sgd: {learning_rate: 1, beta1: 0}}",
            "`optimizers.sgd.beta1` is not a hyperparameter of sgd, which takes learning_rate.",
        ),
        ("{adamm: {learning_rate: 1}}", "`optimizers.adamm` is not a known optimizer. Did you mean `adam`?"),
        ("[adam, sgd]", "x.yaml:2:13: `optimizers` must be a section of keys and values. Received: [adam, sgd]."),
        ("{adam: {learning_rate: {log_uniform: [0.1, 0.1]}}}", "must have its lowest value first, below the highest."),
        ("{adam: {learning_rate: {log_uniform: 0.1}}}", "must be a list of the lowest and the highest value."),
        (
            "{adam: {learning_rate: {normal: [0, 1]}}}",
            "one of the distributions uniform, log_uniform, one_minus_log_uniform, step_uniform.",
        ),
        (
            "{adam: {learning_rate: 1, epsilon: {log_uniform: [0, 1]}}}",
            "must begin above 0, where the logarithm exists.",
        ),
    ],
)
def test_each_mistake_in_an_optimizer_is_one_sentence(refusal, space, sentence):
    (told,) = refusal(f"data: {{name: digits}}\noptimizers: {space}\n")
    assert sentence in told
