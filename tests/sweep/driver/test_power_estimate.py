"""A plan says which difference its seeds can show, by the spread of an earlier sweep or of a probe."""

from __future__ import annotations

import numpy as np
import pytest

from sweep import load_config
from sweep.analysis.power import power
from sweep.driver.power_estimate import Spread, detectable, find_spread, probe_spread
from sweep.driver.prepare import prepare
from sweep.errors import AnalysisError, ResultsError
from sweep.records import TrialResult
from sweep.results import ResultsFolder

SWEEP = """
name: past
data: {name: iris}
network: {hidden: [8]}
trainer: {epochs: 2}
metric: {name: val_accuracy}
optimizers: {sgd: {learning_rate: 0.1}, adam: {learning_rate: 0.01}}
seeds: 4
"""
DIFFERENCES = (0.01, 0.03, -0.01, 0.05)


@pytest.fixture
def preparation(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "past.yaml").write_text(SWEEP)
    return prepare(load_config("past.yaml"))


@pytest.fixture
def past(preparation):
    """Results whose arms differ by DIFFERENCES, seed by seed."""
    results = []
    for trial in preparation.plan.trials:
        value = 0.9 + (DIFFERENCES[trial.seed] if trial.arm.setting["optimizer"] == "adam" else 0.0)
        epochs = {name: np.array([value]) for name in ("val_accuracy",)}
        epochs |= {name: np.array([1.0]) for name in ("epoch", "steps", "examples", "seconds")}
        results.append(TrialResult(trial, "COMPLETED", epochs, {}, 0.0, 1.0))
    with ResultsFolder("results", preparation.plan) as folder:
        folder.write_plan()
        folder.append(results)
        return folder.finalise("val_accuracy", "max").path


def test_the_spread_of_an_earlier_sweep_is_that_of_its_paired_differences(preparation, past):
    spread = find_spread(preparation, "past")
    assert spread.deviation == pytest.approx(np.std(DIFFERENCES, ddof=1))
    assert (spread.pairs, spread.seeds) == (1, 4)


def test_the_difference_that_is_named_is_seen_four_times_in_five(preparation):
    said = detectable(preparation, Spread(0.02, 1, 4, "results/past"))
    assert said.endswith("in validation accuracy can be seen (80 % power, 1 pair, spread 2 points in results/past)")
    effect = float(said.split()[7]) / 100
    assert power(effect, 0.02, 4) == pytest.approx(0.8, abs=0.01)


def test_a_probe_trains_two_settings_on_five_seeds(preparation):
    spread = probe_spread(preparation)
    assert (spread.pairs, spread.seeds) == (1, 5)
    assert 0 <= spread.deviation < 1


def test_one_seed_shows_nothing(tmp_path, preparation):
    alone = prepare(load_config("past.yaml", ["seeds=1"]))
    assert detectable(alone, Spread(0.02, 1, 4, "")) == "with one seed no difference can be seen"


def test_what_holds_no_spread_is_refused(preparation, past, tmp_path):
    with pytest.raises(ResultsError, match="needs the folder or the name of a sweep that has run"):
        find_spread(preparation, "nothing")
    other = prepare(load_config("past.yaml", ["metric.name=val_loss"]))
    with pytest.raises(AnalysisError, match="which has no `final_val_loss`"):
        find_spread(other, "past")
    single = prepare(load_config("past.yaml", ["optimizers={sgd: {learning_rate: 0.1}}"]))
    with pytest.raises(AnalysisError, match="needs two levels with two seeds in common"):
        probe_spread(single)
