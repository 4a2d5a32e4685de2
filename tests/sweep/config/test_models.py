"""The whole configuration: its defaults, its names, and that it can be read again."""

from __future__ import annotations

import pytest

from sweep.config import SweepConfig
from tests.sweep.config.conftest import GOOD


def test_what_is_left_out_takes_its_default(load):
    config = load(GOOD)
    assert config.name == "x"
    assert config.experiment == "x"
    assert config.seeds == (0,)
    assert (config.metric.name, config.metric.mode) == ("val_loss", "min")
    assert config.trainer.epochs == 10
    assert config.resources.workers == "auto"


def test_a_number_of_seeds_counts_from_zero(load):
    assert load(GOOD + "seeds: 3").seeds == (0, 1, 2)
    assert load(GOOD + "seeds: [7, 5]").seeds == (7, 5)


def test_the_complete_configuration_loads_again(load, tmp_path):
    text = """
data: {name: moons, noise: 0.3}
optimizers: {sgd: {learning_rate: [0.1, 1]}, adam:}
space:
  learning_rate: 0.01
  batch_size: [1, full]
  epochs: [2, 3]
  decay: [constant, {kind: staircase, boundaries: [1], values: [1, 0.5]}, {kind: exponential, rate: [0.5, 0.9]}]
seeds: [3, 4]
"""
    mapping = load(text).as_mapping()
    assert SweepConfig.model_validate(mapping).as_mapping() == mapping


def test_a_configuration_is_frozen(load):
    config = load(GOOD)
    with pytest.raises(ValueError, match="frozen"):
        config.name = "other"


def test_places_of_later_errors_are_known(load):
    config = load(GOOD + "metric: {name: val_loss}")
    assert config.place_of("metric.name") == "x.yaml:3:16: "
    assert str(config.error("beta1", "is wrong.")) == "x.yaml:1:1: `beta1` is wrong."


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("seeds: 0", "x.yaml:3:8: `seeds` must be a number of seeds, 1 or more, or a list"),
        ("seeds: [1, 1]", "`seeds` must hold different numbers. Received: [1, 1]."),
        ("seeds: [1, -1]", "x.yaml:3:12: `seeds` must hold whole numbers, 0 or more. Received: -1."),
        ("seeds: true", "Received: true."),
        ("name: a/b", "x.yaml:3:7: `name` must begin with a letter or digit"),
        ("results: ''", "`results` must not be empty. Received: ''."),
    ],
)
def test_each_mistake_is_one_sentence_with_its_place(refusal, line, sentence):
    (told,) = refusal(GOOD + line)
    assert told.startswith("x.yaml:")
    assert sentence in told
    assert told.endswith((".", "?"))
