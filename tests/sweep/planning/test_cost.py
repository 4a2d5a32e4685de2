"""The cost of a trial is that of its steps and evaluations; what a pack takes beside its trials is taken once."""

from __future__ import annotations

import pytest

from sweep.planning.cost import PackCost, Rates
from sweep.planning.memory import PACK_BYTES
from sweep.planning.packing import form_packs
from sweep.planning.recipe import Recipe
from sweep.records import Arm, Trial
from trainers.data import DatasetShape
from trainers.pack import NetworkSpec

SETTING = {"optimizer": "sgd", "learning_rate": 0.1, "batch_size": 64, "decay": "constant", "epochs": 10}


def test_a_trial_costs_its_steps_and_an_evaluation_an_epoch():
    # 1000 examples in batches of 64 are 16 steps: 10 x (16 x 0.002 + 0.008) s.
    assert Rates({64: 0.002}, 0.008).trial_seconds(SETTING, 1000) == pytest.approx(0.4)
    # One example more than 15 batches hold takes a step more, and 15 full batches take none.
    assert Rates({64: 1.0}, 0.0).trial_seconds(SETTING, 961) == 160
    assert Rates({64: 1.0}, 0.0).trial_seconds(SETTING, 960) == 150


def test_a_batch_of_all_examples_is_one_step_an_epoch_with_a_cost_of_its_own():
    rates = Rates({64: 5.0, None: 0.5}, 0.25, PackCost(setup=2.0, step={None: 0.125}, evaluation=0.5))
    full = {**SETTING, "batch_size": "full"}
    assert rates.trial_seconds(full, 1000) == 10 * (0.5 + 0.25)
    assert rates.pack_seconds(full, 1000) == 2 + 10 * (0.125 + 0.5)
    # A batch that is larger than the data is one step too, but costs what was measured of its size.
    assert rates.trial_seconds(SETTING, 40) == 10 * (5 + 0.25)


def test_a_pack_takes_nothing_beside_its_trials_where_that_was_not_measured():
    assert Rates({64: 0.5}, 0.25).pack_seconds(SETTING, 1000) == 0
    # Of another batch size only the setup and the evaluations are known.
    cost = PackCost(setup=2.0, step={32: 9.0}, evaluation=0.5)
    assert Rates({64: 0.5}, 0.25, cost).pack_seconds(SETTING, 1000) == 2 + 10 * 0.5


def test_a_trial_of_no_epochs_costs_only_the_setup_of_its_pack():
    none = {**SETTING, "epochs": 0}
    rates = Rates({64: 0.5}, 0.25, PackCost(setup=2.0, step={64: 1.0}, evaluation=0.5))
    assert (rates.trial_seconds(none, 1000), rates.pack_seconds(none, 1000)) == (0, 2)


def test_a_batch_size_that_was_not_measured_is_not_guessed():
    with pytest.raises(KeyError, match="64"):
        Rates({32: 0.5}, 0.25).trial_seconds(SETTING, 1000)


def test_an_estimate_takes_what_a_pack_takes_beside_its_trials_once_a_pack():
    shape = DatasetShape(1250, 10, 3, "multiclass")  # 1000 to train on
    recipe = Recipe(NetworkSpec((20,)), "float32", 0.0, 0.2, "standard", None, "numpy")
    trials = [Trial(str(number), Arm(str(number), "", SETTING), 0) for number in range(6)]
    # 10 epochs of 16 steps: each pack takes 3 + 160 x 0.01 + 10 x 0.02 = 4.8 s, each trial 160 x 0.001 + 10 x 0.004 s.
    cost = PackCost(setup=3.0, step={64: 0.01}, evaluation=0.02)
    jobs = form_packs(trials, recipe, Rates({64: 0.001}, 0.004, cost), shape, 2, PACK_BYTES)
    assert len(jobs) <= 2
    assert sum(job.seconds for job in jobs) == pytest.approx(len(jobs) * 4.8 + 6 * 0.2)
