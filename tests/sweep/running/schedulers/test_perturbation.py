"""A setting changes as in Ray, but stays within its space and its conditions."""

from __future__ import annotations

import random

import numpy as np
import pytest
from ray.tune.schedulers.pbt import _explore

from sweep.config.conditions import parse_condition
from sweep.config.distributions import Distribution
from sweep.running.schedulers.perturbation import Perturbation

LISTED = (0.1, 0.2, 0.4, 0.8)
RANGE = Distribution("log_uniform", 1e-4, 1.0)


def changed(domain, value, *, draws=200, resample=0.0, factors=(1.2, 0.8), conditions=(), setting=None):
    """All values that a hyperparameter takes over many changes."""
    change = Perturbation(
        parts=[{"a": domain}], names=("a",), factors=factors, resample_probability=resample,
        conditions=[parse_condition(one) for one in conditions],
    )  # fmt: skip
    generator = np.random.default_rng(0)
    return {change({**(setting or {}), "a": value}, generator)["a"] for _ in range(draws)}


def of_ray(mutation, value, *, draws=200):
    random.seed(0)
    return {_explore({"a": value}, {"a": mutation}, 0.0, (1.2, 0.8), None)[0]["a"] for _ in range(draws)}


@pytest.mark.parametrize("value", LISTED)
def test_a_value_of_a_list_moves_to_a_neighbour_as_in_ray(value):
    assert changed(LISTED, value) == of_ray(list(LISTED), value)


def test_a_value_that_a_list_lacks_is_drawn_anew_as_in_ray():
    assert changed(LISTED, 0.3) == of_ray(list(LISTED), 0.3) == set(LISTED)


def test_a_value_of_a_range_is_multiplied_by_a_factor_as_in_ray():
    assert sorted(changed(RANGE, 0.01)) == pytest.approx([0.008, 0.012])
    assert sorted(of_ray(lambda: 0.0, 0.01)) == pytest.approx([0.008, 0.012])
    whole = Distribution("int_uniform", 1, 100)
    assert changed(whole, 10) == of_ray(lambda: 0, 10) == {8, 12}
    assert all(isinstance(value, int) for value in changed(whole, 10))


def test_a_range_is_not_left():
    assert changed(RANGE, 0.9) == {1.0, 0.72}
    assert changed(RANGE, 1e-4) == {1e-4, 1.2e-4}
    assert changed(Distribution("int_uniform", 8, 11), 10) == {8, 11}


def test_of_a_range_of_one_minus_a_value_that_is_multiplied():
    found = changed(Distribution("one_minus_log_uniform", 0.5, 0.999), 0.9)
    assert sorted(found) == pytest.approx([0.88, 0.92])


def test_values_in_steps_are_a_list():
    assert changed(Distribution("step_uniform", 0.1, 0.3, 0.1, (0.1, 0.2, 0.3)), 0.2) == {0.1, 0.3}


def test_values_are_drawn_anew_as_often_as_asked():
    assert len(changed(RANGE, 0.01, resample=1.0)) == 200
    kept = [value in (0.008, 0.012) for value in _sequence(0.25)]
    assert 0.68 < np.mean(kept) < 0.82


def _sequence(resample):
    change = Perturbation(parts=[{"a": RANGE}], names=("a",), factors=(1.2, 0.8), resample_probability=resample)
    generator = np.random.default_rng(0)
    return [round(change({"a": 0.01}, generator)["a"], 9) for _ in range(1000)]


def test_conditions_hold_after_a_change():
    assert changed(LISTED, 0.2, conditions=["a < 0.4"]) == {0.1}
    # No change can meet it, so that none is made.
    assert changed(LISTED, 0.2, conditions=["a > 1"]) == {0.2}


def test_only_what_may_change_does():
    parts = [
        {"optimizer": ("adam",), "learning_rate": RANGE, "beta1": LISTED, "batch_size": (16, 32), "epsilon": (1e-8,)},
        {"optimizer": ("sgd",), "learning_rate": (0.5, 0.6)},
    ]
    change = Perturbation(parts=parts, names=None, factors=(2.0,), resample_probability=0.0)
    adam = {"optimizer": "adam", "learning_rate": 0.01, "beta1": 0.2, "batch_size": 16, "epsilon": 1e-8}
    found = change(adam, np.random.default_rng(1))
    assert {name for name in adam if adam[name] != found[name]} == {"learning_rate", "beta1"}
    assert change({"optimizer": "sgd", "learning_rate": 0.5}, np.random.default_rng(4))["learning_rate"] in (0.5, 0.6)
    named = Perturbation(parts=parts, names=("beta1",), factors=(2.0,), resample_probability=0.0)
    found = named(adam, np.random.default_rng(1))
    assert {name for name in adam if adam[name] != found[name]} == {"beta1"}
