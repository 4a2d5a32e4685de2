"""A value that is at fault for its quotes alone is told to drop them, and following that helps."""

from __future__ import annotations

import pytest

from sweep.config import load_config
from sweep.config.yaml_words import dump_value
from sweep.errors import ConfigError

HEAD = "data: {name: moons}\noptimizers: {adam: {learning_rate: 0.1}}\n"
RIGHT = {
    "data.validation": 0.3,
    "data.examples": 40,
    "data.noise": 0.5,
    "data.generator_seed": 3,
    "trainer.epochs": 5,
    "trainer.weight_decay": 0.1,
    "trainer.target": 0.5,
    "network.hidden": [8],
    "optimizers.adam.learning_rate": 1e-3,
    "optimizers.adam.beta1": [0.8, 0.9],
    "optimizers.adam.epsilon": 0.0,
    "space.batch_size": 32,
    "space.decay_warmup": 2,
    "decay": {"kind": "exponential", "rate": 0.5},
    "seeds": 4,
    "resources.workers": 2,
    "resources.cpus_per_worker": 1,
    "resources.gpus_per_worker": 0.5,
    "tracking.enabled": False,
    "tracking.points": 20,
    "report": True,
}


def quoted(value):
    if isinstance(value, list):
        return [quoted(inner) for inner in value]
    if isinstance(value, dict):
        return {key: quoted(inner) for key, inner in value.items()}
    return value if isinstance(value, str) else dump_value(value)


def lines_of(folder, key, value):
    path = folder / "sweep.yaml"
    path.write_text(HEAD, encoding="utf-8")
    try:
        load_config(path, [f"{key}={dump_value(value)}"])
    except ConfigError as error:
        return str(error).splitlines()
    return []


@pytest.mark.parametrize("key", RIGHT)
def test_quotes_around_a_right_value_are_told_and_dropping_them_helps(tmp_path, key):
    told = lines_of(tmp_path, key, quoted(RIGHT[key]))
    assert told
    for line in told:
        assert line.endswith(", which is text. Drop the quotes.")
    assert lines_of(tmp_path, key, RIGHT[key]) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("optimizers.adam.learning_rate", "-1"),
        ("optimizers.adam.beta1", "1.5"),
        ("trainer.epochs", "five"),
        ("seeds", "0"),
        ("network.activation", "1"),
    ],
)
def test_nobody_is_told_to_drop_quotes_in_vain(tmp_path, key, value):
    (told,) = lines_of(tmp_path, key, value)
    assert "quotes" not in told


def test_several_quoted_values_are_told_at_once(tmp_path):
    told = lines_of(tmp_path, "optimizers.adam.learning_rate", ["1e-3", "-1", "0.1"])
    assert [line.rpartition("Received: ")[2] for line in told] == [
        "'1e-3', which is text. Drop the quotes.",
        "'-1'. Give a value such as 0.01.",
        "'0.1', which is text. Drop the quotes.",
    ]
