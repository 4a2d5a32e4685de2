"""The cost that the trials of a pack share is measured apart from that of each trial."""

from __future__ import annotations

import pytest

from sweep.driver.cost_probe import measure_rates
from sweep.planning.recipe import Recipe
from trainers.data import DatasetShape
from trainers.pack import NetworkSpec

SHAPE = DatasetShape(1250, 10, 3, "multiclass")  # 1000 to train on


def recipe(backend="numpy"):
    return Recipe(NetworkSpec((20,)), "float32", 0.0, 0.2, "standard", None, backend)


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
