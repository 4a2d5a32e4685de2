"""Rules between sections: each optimizer has what it needs, and nothing is given twice."""

from __future__ import annotations

import pytest

from tests.sweep.config.conftest import GOOD


def test_what_the_flat_form_lacks_is_told_once(refusal):
    (told,) = refusal("data: {name: iris}\noptimizer: [sgd, adam]\n")
    assert "`space.learning_rate` is needed. Give a value such as 0.01." in told


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "metric: {name: val_r2}",
            "x.yaml:3:16: `metric.name` must suit the data, which is for classification. Received: val_r2.",
        ),
        (
            "space: {decay: exponential}",
            "`space.decay` needs a rate for exponential. Write such as `decay: {kind: exponential, rate: 0.5}`",
        ),
        ("decay: exponential\ndecay_rate: 2", "x.yaml:4:13: `decay_rate` must lie in (0, 1] for the decay exponential"),
        ("space: {epochs: 3}\ntrainer: {epochs: 4}", "`space.epochs` is given, and so is `trainer.epochs`."),
        ("optimizer: [adam]", "x.yaml:3:1: `optimizer` is given, and so is `optimizers`. Keep one of the two."),
        (
            "weight_decay: 0.1",
            "x.yaml:3:1: `weight_decay` is decoupled and for adamw and lion, of which none is compared.",
        ),
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
            "{adam: {beta1: 0.9}}",
            "`optimizers.adam.learning_rate` is needed. Give a value such as 0.01, there or for all",
        ),
        ("{}", "`optimizers` must name an optimizer or more."),
        (
            "{adam: {learning_rate: {log_uniform: [0.001, 0.1]}}}",
            "must be a value or a list of values, as `search.method` is grid. Received: {log_uniform: [0.001, 0.1]}.",
        ),
    ],
)
def test_each_mistake_in_an_optimizer_is_one_sentence(refusal, space, sentence):
    (told,) = refusal(f"data: {{name: digits}}\noptimizers: {space}\n")
    assert sentence in told
