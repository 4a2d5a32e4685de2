"""A budget is counted in settings, epochs, examples or minutes."""

from __future__ import annotations

import pytest

from sweep.config import SweepConfig
from sweep.errors import ConfigError
from sweep.planning.search.budget import budget_of

OWN = {"trainer": {"command": ["train"], "epochs": 5}, "metric": {"name": "loss"}, "space": {"a": {"uniform": [0, 1]}}}


def config(search, **changes):
    return SweepConfig.model_validate({**OWN, "search": {"method": "random", **search}, **changes})


def test_settings_count_one_each_and_a_level_may_have_another_number():
    sweep = config({"trials": 3, "levels": {"adam": 5}})
    assert budget_of(sweep, "sgd", lambda setting: 0).pending == 3
    budget = budget_of(sweep, "adam", lambda setting: 0)
    for left in (4, 3, 2, 1, 0):
        assert budget.fits({})
        budget.take({})
        assert budget.pending == left
    assert not budget.fits({})


def test_epochs_are_those_of_all_seeds():
    budget = budget_of(config({"budget": {"epochs": 39}}, seeds=3), "x", lambda setting: 0)
    # A trial of 5 epochs with 3 seeds uses 15; a setting may have epochs of its own.
    budget.take({"a": 0.1})
    assert (budget.used, budget.pending) == (15, 1)
    assert budget.fits({"a": 0.2, "epochs": 8})
    assert not budget.fits({"a": 0.2, "epochs": 9})


def test_examples_are_epochs_times_the_training_part():
    sweep = SweepConfig.model_validate(
        {
            "data": {"name": "iris"},
            "trainer": {"epochs": 2},
            "optimizers": {"sgd": {"learning_rate": {"uniform": [0.1, 1]}}},
            "search": {"method": "random", "budget": {"examples": 1000}},
            "seeds": 2,
        }
    )
    budget = budget_of(sweep, "sgd", lambda setting: 120)
    budget.take({"epochs": 2})
    assert (budget.used, budget.pending) == (480, 1)


def test_minutes_are_counted_as_they_pass():
    budget = budget_of(config({"budget": {"minutes": 0.5}}), "x", lambda setting: 0)
    budget.take({"a": 0.1})
    assert (budget.is_known, budget.used, budget.fits({})) == (False, 0, True)
    budget.spend(20)
    assert budget.fits({})
    budget.spend(10)
    assert not budget.fits({})


def test_what_is_not_known_is_refused():
    with pytest.raises(ConfigError, match=r"`search.budget.examples` needs the number of training examples"):
        budget_of(config({"budget": {"examples": 100}}), "x", lambda setting: 0)
    without = config({"budget": {"epochs": 100}}, trainer={"command": ["train"]})
    with pytest.raises(ConfigError, match=r"`search.budget.epochs` needs the number of epochs.*Give `trainer.epochs`"):
        budget_of(without, "x", lambda setting: 0).take({"a": 1})
