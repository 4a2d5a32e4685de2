"""Tests of the importance of hyperparameters, on results whose dependence is known."""

import sys
from itertools import product

import numpy as np
import pandas as pd
import pytest

from sweep.analysis.importance import importances, varied
from sweep.errors import AnalysisError


@pytest.fixture
def grid():
    """Results that depend on the learning rate's logarithm and, a third as much, on beta1; not on batch_size."""
    rows = [
        {"learning_rate": rate, "beta1": beta, "batch_size": batch, "optimizer": "adam", "epsilon": 1e-8}
        for rate, beta, batch in product([1e-3, 1e-2, 1e-1, 1.0], [0.0, 0.3, 0.6, 0.9], [16, 32, 64])
    ]
    table = pd.DataFrame(rows)
    table["value"] = np.log10(table["learning_rate"]) + table["beta1"] * (1.0 / 0.9)
    return table


PARAMETERS = ["learning_rate", "beta1", "batch_size", "epsilon"]


def test_fanova_gives_the_shares_of_the_variance(grid, rng):
    found = {each.name: each.share for each in importances(grid, PARAMETERS, "min", rng)}
    # Over four equal steps a range of 3 has 9 times the variance of a range of 1.
    assert found["learning_rate"] == pytest.approx(0.9, abs=0.05)
    assert found["beta1"] == pytest.approx(0.1, abs=0.05)
    assert found["batch_size"] == pytest.approx(0.0, abs=0.01)
    assert sum(found.values()) == pytest.approx(1.0)


def test_ped_anova_finds_what_sets_the_best_apart(grid, rng):
    found = importances(grid, PARAMETERS, "min", rng, "ped-anova")
    assert found[0].name == "learning_rate"
    assert found[-1].name == "batch_size"
    assert sum(each.share for each in found) == pytest.approx(1.0)


def test_the_optimizer_can_be_a_parameter(rng):
    table = pd.DataFrame({"optimizer": ["adam", "sgd"] * 4, "learning_rate": np.repeat([0.1, 1.0], 4)})
    table["value"] = [0.0, 1.0] * 4
    found = importances(table, ["optimizer", "learning_rate"], "min", rng)
    assert (found[0].name, found[0].share) == ("optimizer", pytest.approx(1.0, abs=0.01))


def test_what_is_the_same_in_all_or_missing_in_some_is_left_out(grid):
    grid.loc[0, "beta1"] = np.nan
    assert varied(grid, [*PARAMETERS, "beta2"]) == ["learning_rate", "batch_size"]


def test_settings_that_diverged_are_left_out(grid, rng):
    grid.loc[grid["learning_rate"] == 1.0, "value"] = np.nan
    assert importances(grid, PARAMETERS, "min", rng)[0].name == "learning_rate"


def test_equal_results_depend_on_nothing(grid, rng):
    grid["value"] = 0.5
    assert {each.share for each in importances(grid, PARAMETERS, "min", rng)} == {0.0}


def test_of_three_settings_nothing_is_said(grid, rng):
    assert importances(grid.iloc[:3], PARAMETERS, "min", rng) == ()


def test_without_optuna_one_sentence_says_so(grid, rng, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(AnalysisError, match=r"need Optuna, which is not installed.*optimizer-sweep\[analysis\]"):
        importances(grid, PARAMETERS, "min", rng)


def test_the_same_generator_gives_the_same_shares(grid):
    grid["value"] += np.random.default_rng(0).normal(size=len(grid))
    first, second = (importances(grid, PARAMETERS, "min", np.random.default_rng(1)) for _ in range(2))
    assert first == second
