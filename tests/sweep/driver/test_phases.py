"""The best setting of each level is picked on some seeds and trained again on fresh ones, in the same sweep."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections import Counter

import pandas as pd
import pytest

from sweep import load_config, plan, run
from sweep.driver.phases import Phases
from sweep.results import ResultsFolder

SWEEP = """
data: {name: iris}
network: {hidden: [8]}
trainer: {epochs: 4}
metric: {name: val_accuracy}
optimizers:
  sgd: {learning_rate: [0.001, 0.5]}
  adam: {learning_rate: [0.0001, 0.03]}
  momentum: {learning_rate: 1.0e+30}
seeds: {selection: 2, report: 3}
"""


@pytest.fixture(scope="module")
def whole(ray, tmp_path_factory):
    """The folder, the configuration and the result of the sweep where nothing stops it."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "two.yaml").write_text(SWEEP)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        config = load_config("two.yaml")
        return folder, config, run(config)


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (tmp_path / "two.yaml").write_text(SWEEP)
    return load_config("two.yaml")


def test_the_best_of_each_level_is_run_again_on_fresh_seeds(whole, monkeypatch):
    folder, config, result = whole
    monkeypatch.chdir(folder)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert plan(config).report_trials == 9
    trials = result.trials
    assert Counter(trials["purpose"]) == {"selection": 10, "report": 6}
    fresh = trials[trials["purpose"] == "report"]
    # Momentum diverged on every seed, so that there is nothing to report.
    assert sorted(fresh["optimizer"]) == ["adam"] * 3 + ["sgd"] * 3
    assert set(fresh["seed"]) == {2, 3, 4}
    for optimizer, rows in fresh.groupby("optimizer"):
        picking = trials[(trials["purpose"] == "selection") & (trials["optimizer"] == optimizer)]
        means = picking.groupby("learning_rate")["final_val_accuracy"].mean()
        assert set(rows["learning_rate"]) == {means.idxmax()}
    assert not result.interrupted
    # The leaderboard ranks all on the same seeds, and shows the fresh ones beside.
    board = result.leaderboard
    assert set(board["seeds"]) <= {0, 2}
    assert sorted(board["report_seeds"].dropna()) == [3, 3]
    best = board[board["report_seeds"].notna()].iloc[0]
    own = fresh[fresh["arm_id"] == best["arm_id"]]["final_val_accuracy"]
    assert best["report_val_accuracy_mean"] == pytest.approx(own.mean())
    # Both figures and their difference.
    chosen = {one.level: one for one in result.selected}
    assert chosen["adam"].report.mean == pytest.approx(fresh[fresh["optimizer"] == "adam"]["final_val_accuracy"].mean())
    assert chosen["adam"].is_fresh
    written = json.loads((result.path / "plan.json").read_text())
    assert (written["report_seeds"], len(written["trials"])) == ([2, 3, 4], 16)
    with contextlib.closing(sqlite3.connect("mlflow.db")) as store:
        tags = store.execute("SELECT value, count(*) FROM tags WHERE key = 'purpose' GROUP BY value").fetchall()
    assert dict(tags) == {"report": 6, "selection": 10}

    again = run(config)
    assert any(note.startswith("All trials were finished before") for note in again.notes)
    pd.testing.assert_frame_equal(again.trials, trials)


def test_a_run_that_was_stopped_between_the_phases_picks_the_same_and_goes_on(config, whole, tmp_path):
    folder, _, result = whole
    partial = load_config("two.yaml", [f"results={tmp_path / 'other'}", "tracking.enabled=false", "report=false"])
    first = plan(partial)
    chosen = {trial.id for trial in first.trials}
    with ResultsFolder(folder / config.results, first) as source:
        past = [one for one in source.results() if one.trial.id in chosen]
    with ResultsFolder(partial.results, first) as partly:
        partly.append(past)
        phases = Phases(partial, first, partly)
        left = phases.first()
    assert phases.ended
    expected = result.trials[result.trials["purpose"] == "report"]["trial_id"]
    assert [trial.id for trial in left] == expected.tolist()
    resumed = run(partial)
    columns = ["trial_id", "purpose", "status", "final_val_accuracy"]
    pd.testing.assert_frame_equal(resumed.trials[columns], result.trials[columns])


def test_nothing_is_reported_before_every_setting_has_run(config):
    made = plan(config)
    with ResultsFolder(config.results, made) as folder:
        phases = Phases(config, made, folder)
        assert len(phases.first()) == 10
        assert not phases.ended
        assert phases.total == 19


def test_report_seeds_change_the_hash_of_a_plan_and_not_the_ids_of_its_trials(config):
    other = load_config("two.yaml", ["seeds=2"])
    assert plan(config).hash != plan(other).hash
    assert [trial.id for trial in plan(config).trials] == [trial.id for trial in plan(other).trials]
