"""What the optimizers declare, and the powers that their bias corrections are made of."""

import math
from fractions import Fraction

import numpy as np
import pytest

from trainers.optimizers import OPTIMIZERS
from trainers.optimizers.base import powers


def test_each_optimizer_takes_what_its_equation_has() -> None:
    takes = {
        "sgd": ["learning_rate"],
        "momentum": ["learning_rate", "beta1"],
        "rmsprop": ["learning_rate", "beta2", "epsilon"],
        "adam": ["learning_rate", "beta1", "beta2", "epsilon"],
        "heavy_ball": ["learning_rate", "beta1"],
        "nesterov": ["learning_rate", "beta1"],
        "adagrad": ["learning_rate", "epsilon"],
        "adamw": ["learning_rate", "beta1", "beta2", "epsilon", "weight_decay"],
        "amsgrad": ["learning_rate", "beta1", "beta2", "epsilon"],
        "nadam": ["learning_rate", "beta1", "beta2", "epsilon"],
        "lion": ["learning_rate", "beta1", "beta2", "weight_decay"],
    }
    assert {name: [h.name for h in OPTIMIZERS[name].hyperparameters] for name in takes} == takes


def test_the_defaults_are_the_published_ones_and_a_learning_rate_must_be_given() -> None:
    defaults = {(name, h.name): h.default for name, optimizer in OPTIMIZERS.items() for h in optimizer.hyperparameters}
    assert {defaults[name, "learning_rate"] for name in OPTIMIZERS} == {None}
    assert [defaults["adam", key] for key in ("beta1", "beta2", "epsilon")] == [0.9, 0.999, 1e-8]
    for name in ("adamw", "amsgrad", "nadam"):
        assert [defaults[name, key] for key in ("beta1", "beta2", "epsilon")] == [0.9, 0.999, 1e-8]
    assert defaults["adamw", "weight_decay"] == 0.01
    assert [defaults["lion", key] for key in ("beta1", "beta2", "weight_decay")] == [0.9, 0.99, 0.0]
    assert [defaults[name, "beta1"] for name in ("heavy_ball", "nesterov")] == [0.9, 0.9]
    assert [defaults["rmsprop", key] for key in ("beta2", "epsilon")] == [0.9, 1e-8]
    assert defaults["momentum", "beta1"] == 0.9


@pytest.mark.parametrize(
    ("name", "allowed", "refused"),
    [
        ("learning_rate", [1e-300, 5e-324, 1e30], [0.0, -0.1, math.inf, math.nan]),
        ("beta1", [0.0, 0.5, 1 - 2**-53], [-1e-9, 1.0, 2.0, math.nan]),
        ("beta2", [0.0, 0.999], [-1e-9, 1.0, math.nan]),
        ("epsilon", [0.0, 1.0], [-1e-12, math.inf, math.nan]),
        ("weight_decay", [0.0, 0.01, 10.0], [-1e-12, math.inf, math.nan]),
    ],
)
def test_a_range_has_the_right_ends(name: str, allowed: list[float], refused: list[float]) -> None:
    rule = {h.name: h for h in OPTIMIZERS["adamw"].hyperparameters}[name]
    assert [value for value in allowed if not rule.accepts(value)] == []
    assert [value for value in refused if rule.accepts(value)] == []


def test_powers_are_exact_to_the_last_digit_but_one() -> None:
    table = powers(np.array([[0.9], [0.999]]), np.arange(1.0, 2001.0)[:, None, None])
    assert table.shape == (2000, 2, 1)
    for step in (1, 2, 10, 1000, 2000):
        exact = [float(Fraction(0.9) ** step), float(Fraction(0.999) ** step)]
        np.testing.assert_allclose(table[step - 1, :, 0], exact, rtol=4e-16)


def test_a_power_does_not_depend_on_the_other_trials() -> None:
    # NumPy squares where it sees one exponent 2 for many bases; pow rounds one in twenty of those otherwise.
    steps = np.arange(1.0, 38.0)[:, None, None]
    bases = np.random.default_rng(0).random((5000, 1))
    table = powers(bases, steps)
    for row in range(5000):
        np.testing.assert_array_equal(table[:, row : row + 1], powers(bases[row : row + 1], steps))
