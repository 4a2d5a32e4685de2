"""Every metric is declared once, and gives what scikit-learn's scorer of its name gives."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given as holds
from hypothesis import settings
from hypothesis import strategies as st

from tests.trainers.metrics.conftest import random_part, scorer_name, sklearn_value
from trainers.metrics import METRICS, OF_TASK, SCORED, known_metric, split_name

WITHOUT_SCORER = {"loss", "rmse", "cohen_kappa", "calibration_error", "quantile_loss"}


def test_the_names_are_those_of_the_scorers_and_a_few_more():
    assert {name for name in METRICS if scorer_name(name) is None} == WITHOUT_SCORER


@pytest.mark.parametrize("name", [name for name in SCORED if name not in WITHOUT_SCORER])
@settings(max_examples=15, deadline=None)
@holds(seed=st.integers(0, 2**32 - 1), examples=st.integers(12, 60))
def test_each_gives_the_number_of_the_scorer_for_every_trial(name: str, seed: int, examples: int):
    for task, classes in (("binary", 2), ("multiclass", 4), ("regression", 0)):
        if task not in SCORED[name].tasks:
            continue
        part = random_part(np.random.default_rng(seed), classes, examples)
        expected = [sklearn_value(name, part, trial) for trial in range(part.trials)]
        np.testing.assert_allclose(SCORED[name].score(part), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", SCORED)
def test_a_trials_value_is_the_same_bits_alone_and_beside_others(name: str, rng: np.random.Generator):
    for task, classes in (("binary", 2), ("multiclass", 3), ("regression", 0)):
        if task in SCORED[name].tasks:
            part = random_part(rng, classes, 37, trials=5)
            together = SCORED[name].score(part)
            for trial in range(5):
                alone = type(part)(targets=part.targets, outputs=part.outputs[trial : trial + 1].copy(), task=part.task)
                assert SCORED[name].score(alone).tolist() == [together[trial]]


@pytest.mark.parametrize("name", SCORED)
@settings(max_examples=20, deadline=None)
@holds(seed=st.integers(0, 2**32 - 1), spread=st.sampled_from([0.1, 2.0, 30.0]))
def test_no_value_leaves_its_range_or_beats_a_perfect_prediction(name: str, seed: int, spread: float):
    metric = SCORED[name]
    for task, classes in (("binary", 2), ("multiclass", 3), ("regression", 0)):
        if task not in metric.tasks:
            continue
        part = random_part(np.random.default_rng(seed), classes, 24, spread=spread)
        perfect = part.targets[np.newaxis] if task == "regression" else part.truth[np.newaxis]
        best = metric.score(type(part)(targets=part.targets, outputs=perfect, task=part.task))[0]
        for value in metric.score(part):
            assert metric.low - 1e-12 <= value <= metric.high + 1e-12
            assert value <= best + 1e-9 if metric.mode == "max" else value >= best - 1e-9


def test_shares_and_ranges_are_declared_with_the_direction():
    assert all(metric.high == 1.0 and metric.low == 0.0 for metric in METRICS.values() if metric.is_share)
    assert {name for name, metric in METRICS.items() if metric.mode == "min" and np.isfinite(metric.high)} == {
        "brier_score",
        "calibration_error",
    }
    assert {name for name, metric in METRICS.items() if metric.low == -1.0} == {"matthews_corrcoef", "cohen_kappa"}


def test_what_every_trial_has_stays_as_it_was():
    assert [metric.name for metric in OF_TASK["multiclass"]] == ["loss", "accuracy"]
    assert [metric.name for metric in OF_TASK["regression"]] == ["loss", "rmse", "r2"]


def test_a_name_is_known_with_and_without_its_part():
    assert split_name("train_f1") == ("train", "f1")
    assert split_name("test_roc_auc") == ("test", "roc_auc")
    assert split_name("value_f1") == ("", "value_f1")
    assert known_metric("val_brier_score") is known_metric("brier_score") is METRICS["brier_score"]
    assert known_metric("val_brier") is None


def test_scikit_learn_is_not_imported_before_a_metric_needs_it():
    code = "import sys, trainers.metrics, trainers.loop; print(sorted({'sklearn', 'torch'} & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
