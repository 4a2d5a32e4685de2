"""What population based training cannot do is refused in a sentence that names the key."""

from __future__ import annotations

import pytest

from sweep.config.population import changeable

GOOD = """
data: {name: iris}
trainer: {epochs: 9}
optimizers: {adam: {learning_rate: [0.1, 0.2], beta1: {uniform: [0.5, 0.9]}}, sgd: {learning_rate: 0.3}}
space: {batch_size: [16, 32]}
search: {method: random, trials: 4}
"""
OWN = """
trainer: {function: "mine:train", epochs: 9}
metric: {name: loss, mode: min}
space: {rate: [1, 2], width: [8], epochs: [3, 9], kind: [a, b]}
"""
RULE = "scheduler: {method: pbt, perturbation_interval: 3}\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (RULE.replace(": 3", ": 9"), ("scheduler.perturbation_interval", "below the epochs of a trial (9)", "9")),
        (RULE.replace(", perturbation_interval: 3", ""), ("scheduler.perturbation_interval",)),
        (RULE.replace("}", ", quantile_fraction: 0.6}"), ("scheduler.quantile_fraction", "Received: 0.6")),
        (RULE.replace("}", ", perturbation_factors: []}"), ("scheduler.perturbation_factors",)),
        (RULE.replace("}", ", perturbation_factors: [0]}"), ("scheduler.perturbation_factors", "Received: 0")),
        (RULE.replace("}", ", per_level: false}"), ("scheduler.per_level", "must be true for pbt")),
        (RULE.replace("}", ", time_attr: steps}"), ("scheduler.time_attr",)),
        (
            RULE.replace("}", ", hyperparam_mutations: [batch_size]}"),
            ("scheduler.hyperparam_mutations", "learning_rate, beta1", "Received: batch_size"),
        ),
        (RULE + "seeds: {selection: 2, report: 2}\n", ("seeds.report", "not for pbt")),
    ],
)
def test_what_cannot_change_is_refused(refusal, text, words):
    lines = refusal(GOOD + text)
    assert len(lines) == 1
    assert all(word in lines[0] for word in words), lines


def test_a_method_that_learns_and_a_space_of_single_values_are_refused(refusal):
    (line,) = refusal(GOOD.replace("random", "tpe") + RULE)
    assert "search.method" in line
    assert "Received: tpe" in line
    (line,) = refusal(GOOD.replace("[0.1, 0.2], beta1: {uniform: [0.5, 0.9]}", "0.1").replace("search:", "#") + RULE)
    assert "space" in line
    assert "varies" in line


def test_a_training_of_ones_own_names_what_changes(refusal, load):
    (line,) = refusal(OWN + RULE)
    assert "`scheduler.hyperparam_mutations` is needed for a training of your own" in line
    (line,) = refusal(OWN + RULE.replace("}", ", hyperparam_mutations: [epochs]}"))
    assert "must be one of rate, kind" in line
    assert changeable(load(OWN + RULE.replace("}", ", hyperparam_mutations: kind}"))) == ("rate", "kind")


def test_the_hyperparameters_of_optimizers_that_vary_may_change(load):
    config = load(GOOD + RULE.replace("}", ", perturbation_factors: [2, 0.5]}"))
    assert changeable(config) == ("learning_rate", "beta1")
    assert config.scheduler.perturbation_factors == (2.0, 0.5)
    assert load(GOOD + RULE).scheduler.perturbation_factors == (1.2, 0.8)
