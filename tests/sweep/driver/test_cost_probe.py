"""The cost that the trials of a pack share is measured apart from that of each trial."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sweep.driver import cost_probe
from sweep.driver.cost_probe import measure_rates
from sweep.planning.recipe import Recipe
from trainers.data import DatasetShape
from trainers.metrics import AskedMetrics
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


@pytest.mark.parametrize(("every", "seconds"), [(1, 0.5), (5, 0.1)])
def test_the_cost_of_metrics_is_spread_over_the_epochs_between_them(monkeypatch, every, seconds):
    monkeypatch.setattr(cost_probe, "_timed", lambda session, part: {"val": 0.5}[part])
    asked = replace(recipe(), asked=AskedMetrics(("val_f1_macro",), every))
    rates = measure_rates(asked, SHAPE, (64,), budget_seconds=0.0)
    assert rates.metric_seconds == pytest.approx(seconds)
    setting = {"epochs": 10, "batch_size": 64}
    plain = replace(rates, metric_seconds=0.0).trial_seconds(setting, 1000)
    assert rates.trial_seconds(setting, 1000) == pytest.approx(plain + 10 * seconds)


def test_parts_that_are_measured_in_part_are_scaled(monkeypatch):
    monkeypatch.setattr(cost_probe, "LARGEST_PROBE_EXAMPLES", 100)
    monkeypatch.setattr(cost_probe, "_timed", lambda session, part: {"val": 0.5, "train": 0.25}[part])
    asked = replace(recipe(), asked=AskedMetrics(("val_f1_macro", "train_f1_macro")))
    # 250 examples to validate on and 1000 to train on.
    assert cost_probe.scoring_seconds(asked, SHAPE) == pytest.approx(2.5 * 0.5 + 10 * 0.25)


def test_metrics_cost_time_where_they_are_asked_and_nothing_else():
    assert cost_probe.scoring_seconds(recipe(), SHAPE) == 0.0
    assert 0 < cost_probe.scoring_seconds(replace(recipe(), asked=AskedMetrics(("val_roc_auc_ovr",))), SHAPE) < 5


def test_an_own_metric_that_fails_on_random_predictions_is_left_to_the_training():
    asked = AskedMetrics(("val_sqrt",), own={"sqrt": "math:sqrt"})
    assert cost_probe.scoring_seconds(replace(recipe(), asked=asked), SHAPE) == 0.0
