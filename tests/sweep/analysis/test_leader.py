"""Who leads is who is not shown to be worse than the best, and no sentence names more levels than can be read."""

from __future__ import annotations

import numpy as np
import pytest

from sweep.analysis.comparison_data import make_study
from sweep.analysis.leader import leaders, names_of, step_unit, unit_of
from tests.sweep.analysis.conftest import flat


@pytest.fixture
def study(tables):
    def study(curves, statuses=None, **arguments):
        trials, epochs = tables(curves, statuses=statuses)
        return make_study(trials, epochs, "val_accuracy", "max", np.random.default_rng(0), **arguments)

    return study


def names(levels):
    return [level.name for level in levels]


def test_the_leaders_are_the_best_and_who_is_not_shown_to_be_worse(study):
    # The noise of the seeds is 0.005 at most: 0.0001 cannot be seen, 0.3 can.
    assert names(leaders(study(flat(adam=0.9, sgd=0.8999, lion=0.6)))) == ["adam", "sgd"]
    assert names(leaders(study(flat(adam=0.9, sgd=0.7, lion=0.6)))) == ["adam"]


def test_who_diverged_on_a_seed_does_not_lead_and_if_all_did_none_does(study):
    curves = flat(adam=0.9, sgd=0.7)
    assert names(leaders(study(curves, {("adam", 3): "DIVERGED"}))) == ["sgd"]
    assert leaders(study(curves, {("adam", 3): "DIVERGED", ("sgd", 0): "DIVERGED"})) == ()


def test_up_to_four_levels_are_named_and_of_more_the_first_three(study):
    means = {"adam": 0.9, "adagrad": 0.8, "lion": 0.7, "rmsprop": 0.6, "sgd": 0.5, "momentum": 0.4}
    found = study(flat(**means))
    assert names_of(found, found.levels[:4]) == "Adam, AdaGrad, Lion and RMSprop"
    assert names_of(found, found.levels[:5]) == "Adam, AdaGrad, Lion and 2 others"
    assert names_of(found, found.levels) == "all 6 optimizers"


def test_all_levels_of_another_factor_are_named_by_it_and_batch_sizes_are_timed_in_epochs(tables):
    curves = {(f"sgd {size}", seed): [0.5, 0.9] for size in (8, 16, 32, 64, 128) for seed in range(2)}
    settings = {f"sgd {size}": {"batch_size": size} for size in (8, 16, 32, 64, 128)}
    trials, epochs = tables(curves, settings=settings)
    rng = np.random.default_rng(0)
    found = make_study(trials, epochs, "val_accuracy", "max", rng, scientific="batch_size")
    assert names_of(found, found.levels) == "all 5 values of batch_size"
    # A step of 128 examples is more work than one of 8; an epoch is the same.
    assert unit_of(found) == "epochs"
    assert unit_of(make_study(trials, epochs, "val_accuracy", "max", rng)) == "steps"


def test_a_training_of_the_users_own_that_counts_no_steps_is_timed_in_epochs(tables):
    curves = {("tree", seed): [0.5, 0.9] for seed in range(2)}
    rng = np.random.default_rng(0)
    for steps, is_own, unit in ((1, True, "epochs"), (10, True, "steps"), (1, False, "steps")):
        trials, epochs = tables(curves, steps_per_epoch=steps)
        study = make_study(trials, epochs, "val_accuracy", "max", rng, target=0.8, is_own=is_own)
        assert unit_of(study) == step_unit(study) == unit
