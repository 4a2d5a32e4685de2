"""A method that learns sees the mean over seeds, and goes on after an interruption as if there had been none."""

from __future__ import annotations

import contextlib
import sqlite3
import sys

import pandas as pd
import pytest

from sweep import load_config, load_results, run
from sweep.driver.prepare import prepare
from sweep.driver.proposing import Proposing
from sweep.running.event_log import EventLog
from sweep.running.log_records import proposed_of

SWEEP = """
data: {name: iris}
network: {hidden: [8]}
trainer: {epochs: 2}
optimizers:
  sgd: {learning_rate: {log_uniform: [1.0e-3, 1.0]}}
  adam: {learning_rate: {log_uniform: [1.0e-4, 1.0e-1]}}
space: {batch_size: [16, 64]}
search: {method: tpe, trials: 16, at_once: 3}
seeds: 2
resources: {executor: inline}
report: false
"""
OWN = """
import json
from pathlib import Path


def train(trial):
    rate = trial.setting["rate"]
    if rate > 0.8:
        raise RuntimeError("too large")
    trial.report(loss=(rate - 0.3) ** 2 + 0.01 * trial.seed)
"""
OWN_SWEEP = """
trainer: {function: training_to_search:train}
metric: {name: loss, mode: min}
space: {rate: {uniform: [0, 1]}}
search: {method: METHOD, trials: 24, at_once: 2}
seeds: 2
resources: {executor: inline}
report: false
tracking: {enabled: false}
"""


class Stopping:
    """A display that interrupts the sweep once so many trials have ended."""

    def __init__(self, at):
        self.at = at
        self.totals = []

    def start(self, total, done=0):
        self.totals.append(total)

    def update(self, *, done, **others):
        if done >= self.at:
            raise Killed

    def message(self, text):
        pass

    def stop(self):
        pass


class Killed(Exception):  # noqa: N818  it stands for a process that dies
    """Ends the sweep as a kill would: nothing after it is written."""


@pytest.fixture
def work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (tmp_path / "search.yaml").write_text(SWEEP)
    name = f"training_{tmp_path.name}"
    (tmp_path / f"{name}.py").write_text(OWN)
    yield tmp_path
    sys.modules.pop(name, None)


def write_own(work, method):
    text = OWN_SWEEP.replace("METHOD", method).replace("training_to_search", f"training_{work.name}")
    (work / "own.yaml").write_text(text)


def proposed(path):
    return [proposed_of(record) for record in EventLog(path / "events").read()[0] if record.kind == "proposed"]


def settings_of(result):
    columns = ["optimizer", "learning_rate", "batch_size", "final_val_loss"]
    return result.trials.sort_values(["arm_id", "seed"])[columns].reset_index(drop=True)


def test_every_level_gets_its_budget_and_the_table_knows_all_trials(work):
    progress = Stopping(at=1000)
    result = run(load_config("search.yaml"), progress=progress)
    assert result.leaderboard.groupby("optimizer").size().to_dict() == {"adam": 16, "sgd": 16}
    assert (result.leaderboard["seeds"] == 2).all()
    assert not result.leaderboard.duplicated(["optimizer", "learning_rate", "batch_size"]).any()
    assert progress.totals == [64]
    assert not result.interrupted
    # 10 of each level are drawn before there are results, 3 at once follow.
    assert [len(one.arms) for one in proposed(result.path)] == [6, 6]
    with contextlib.closing(sqlite3.connect("mlflow.db")) as store:
        runs = store.execute("select count(*) from tags where key = 'kind' and value = 'trial'").fetchone()
        parent = store.execute("select value from tags where key = 'arms'").fetchall()
    assert runs == (64,)
    assert parent == [("32",)]


@pytest.mark.parametrize("at", [3, 41, 47, 56])
def test_after_a_kill_the_same_settings_follow(work, at):
    whole = run(load_config("search.yaml", ["results=elsewhere"]))
    with pytest.raises(Killed):
        run(load_config("search.yaml"), progress=Stopping(at))
    resumed = run(load_config("search.yaml"), progress=Stopping(at=1000))
    assert not resumed.interrupted
    pd.testing.assert_frame_equal(settings_of(resumed), settings_of(whole))
    # It is stopped again, and started again.
    again = run(load_config("search.yaml"))
    pd.testing.assert_frame_equal(settings_of(again), settings_of(whole))


@pytest.mark.parametrize("method", ["tpe", "cmaes", "nsga2", "gp"])
def test_methods_learn_from_a_function_and_see_failures_as_failures(work, method):
    write_own(work, method)
    # A generation of 50, as usual, would be all of the budget.
    result = run(load_config("own.yaml", ["search.arguments={population_size: 6}"] if method == "nsga2" else []))
    assert len(result.leaderboard) == 24
    told = {arm: outcome for one in proposed(result.path) for arm, outcome in one.told.items()}
    trials = result.trials.groupby("arm_id")
    for arm, outcome in told.items():
        rows = trials.get_group(arm)
        if (rows["status"] == "FAILED").any():
            assert (outcome.state, outcome.values) == ("FAIL", ())
            assert (rows["rate"] > 0.8).all()
        else:
            # The mean over both seeds.
            assert outcome.state == "COMPLETE"
            assert outcome.values[0] == pytest.approx((rows["rate"].iloc[0] - 0.3) ** 2 + 0.005)
    assert len(told) >= 18


def test_tpe_finds_the_best_better_than_at_random(work):
    write_own(work, "tpe")
    result = run(load_config("own.yaml", ["search.trials=40", "search.at_once=1", "space.rate={uniform: [0, 0.8]}"]))
    by_plan = result.trials.drop_duplicates("arm_id")["rate"]
    first, last = by_plan.iloc[:10], by_plan.iloc[-10:]
    assert (last - 0.3).abs().median() < (first - 0.3).abs().median() / 3


def test_what_another_sweep_has_trained_is_not_trained_again(work):
    first = run(load_config("search.yaml", ["name=first"]))
    second = run(load_config("search.yaml", ["name=second"]))
    pd.testing.assert_frame_equal(settings_of(first), settings_of(second))
    assert (second.trials["trial_id"].isin(first.trials["trial_id"])).all()
    assert second.trials["started_seconds"].tolist() == first.trials["started_seconds"].tolist()


def test_a_search_that_has_changed_starts_anew(work):
    run(load_config("search.yaml"))
    result = run(load_config("search.yaml", ["search.seed=1"]))
    assert result.leaderboard.groupby("optimizer").size().to_dict() == {"adam": 16, "sgd": 16}
    assert len(proposed(result.path)) == 4


def test_more_trials_go_on_with_the_same_search(work):
    first = run(load_config("search.yaml"))
    more = run(load_config("search.yaml", ["search.trials=20"]))
    assert set(first.trials["trial_id"]) <= set(more.trials["trial_id"])
    assert more.leaderboard.groupby("optimizer").size().to_dict() == {"adam": 20, "sgd": 20}
    assert load_results(more.path).leaderboard.shape[0] == 40


def test_a_damaged_history_is_told(work):
    preparation = prepare(load_config("search.yaml"))
    proposing = Proposing(preparation.config, preparation.growing, preparation.plan)
    path = run(load_config("search.yaml")).path
    records = [record for record in EventLog(path / "events").read()[0] if record.kind == "proposed"]
    # Without what was told first, something else is proposed.
    assert proposing.replay(records[1:]) == 6


def test_after_a_restart_it_is_known_which_trials_were_planned_together(work):
    preparation = prepare(load_config("search.yaml"))
    path = run(load_config("search.yaml")).path
    proposing = Proposing(preparation.config, preparation.growing, preparation.plan)
    proposing.replay(EventLog(path / "events").read()[0])
    # 10 settings of each level at first and twice 3 of each, with two seeds each.
    assert [len(cohort) for cohort in proposing.cohorts] == [40, 12, 12]
    assert proposing.cohorts[0] == preparation.plan.trials
    assert [{trial.arm.id for trial in cohort} for cohort in proposing.cohorts[1:]] == [
        set(one.arms) for one in proposed(path)
    ]


def test_minutes_are_a_budget_that_ends(work):
    result = run(load_config("search.yaml", ["search={method: random, budget: {minutes: 0.0005}}"]))
    spent = result.trials.groupby("optimizer")["seconds"].sum()
    assert (spent >= 0.03).all()
    assert not result.interrupted
