"""The cost of a pack is that of its steps and of its trials; the estimate of a pack is for as many as it has."""

from __future__ import annotations

import pytest

from sweep.driver.cost_probe import measure_rates
from sweep.planning.cost import PackCost, Rates
from sweep.planning.memory import PACK_BYTES
from sweep.planning.packing import form_packs
from sweep.planning.recipe import Recipe
from sweep.records import Arm, Trial
from trainers.data import DatasetShape
from trainers.pack import NetworkSpec

SHAPE = DatasetShape(1250, 10, 3, "multiclass")  # 1000 to train on
SETTING = {"optimizer": "sgd", "learning_rate": 0.1, "batch_size": 64, "decay": "constant", "epochs": 10}


def recipe(backend="numpy"):
    return Recipe(NetworkSpec((20,)), "float32", 0.0, 0.2, "standard", None, backend)


def test_an_estimate_takes_what_a_pack_takes_beside_its_trials_once_a_pack():
    trials = [Trial(str(number), Arm(str(number), "", SETTING), 0) for number in range(6)]
    # 10 epochs of 16 steps: each pack takes 3 + 160 x 0.01 + 10 x 0.02 = 4.8 s, each trial 160 x 0.001 + 10 x 0.004 s.
    cost = PackCost(setup=3.0, step={64: 0.01}, evaluation=0.02)
    jobs = form_packs(trials, recipe(), Rates({64: 0.001}, 0.004, cost), SHAPE, 2, PACK_BYTES)
    assert len(jobs) <= 2
    assert sum(job.seconds for job in jobs) == pytest.approx(len(jobs) * 4.8 + 6 * 0.2)


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_the_cost_that_trials_share_is_measured_apart(backend):
    pytest.importorskip(backend)
    rates = measure_rates(recipe(backend), SHAPE, (64,), budget_seconds=0.1)
    assert rates.step_seconds[64] > 0
    assert rates.pack.step[64] >= 0
    assert rates.pack.setup > 0


def test_no_more_trials_are_measured_together_than_fit():
    rates = measure_rates(recipe(), SHAPE, (64,), budget_seconds=0.0, widest=1)
    assert rates.pack.step == {64: 0.0}
