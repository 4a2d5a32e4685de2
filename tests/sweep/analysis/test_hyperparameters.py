"""The hyperparameters of a sweep are those of its tables, and a level is spelled so that a sentence is clear."""

from __future__ import annotations

import pytest

from sweep import SweepConfig
from sweep.analysis.hyperparameters import grouped_by, hyperparameter_keys, level_of
from sweep.config.setting_keys import SETTING_KEYS

OWN = {"trainer": {"function": "mine:train"}, "metric": "val_loss"}


def test_our_networks_have_all_of_ours_and_a_training_of_the_users_own_has_its_own_alone():
    settings = [{"kind": "tree", "depth": 2}, {"kind": "net", "beta1": 0.9}]
    assert hyperparameter_keys(settings, is_own=True) == ("kind", "depth", "beta1")
    assert hyperparameter_keys(settings, is_own=False) == (*SETTING_KEYS, "kind", "depth")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("tree", "tree"),
        ("true", "kind true"),
        ("null", "kind null"),
        ("no", "kind no"),
        ("[8,8]", "kind [8,8]"),
        ("2", "kind 2"),
        (8, "kind 8"),
        (0.1, "kind 0.1"),
        (1234567.5, "kind 1234567.5"),
    ],
)
def test_a_word_is_clear_by_itself_and_all_else_has_the_name_of_its_factor(value, name):
    assert level_of(value, "kind") == name


def test_arms_are_grouped_by_the_factor_that_is_compared():
    assert grouped_by(SweepConfig.model_validate({**OWN, "space": {"x": [1, 2]}})) == ""
    assert grouped_by(SweepConfig.model_validate({**OWN, "space": {"optimizer": ["sgd", "adamw"]}})) == "optimizer"
    compared = {"space": {"dropout": [0.0, 0.1]}, "roles": {"scientific": "dropout"}}
    assert grouped_by(SweepConfig.model_validate({**OWN, **compared})) == "dropout"
    ours = {"data": {"name": "iris"}, "optimizers": {"adam": {"learning_rate": 0.1, "beta2": [0.9, 0.99]}}}
    assert grouped_by(SweepConfig.model_validate({**ours, "roles": {"scientific": "beta2"}})) == "optimizer"
