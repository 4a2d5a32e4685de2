"""What MLflow lacks of a sweep is delivered later, and nothing is trained for it."""

from __future__ import annotations

import sqlite3

import pytest

from sweep import load_config, load_results
from sweep.driver.delivery import deliver
from sweep.driver.run import run
from sweep.errors import ResultsError, UsageError

SWEEP = """
name: small
data: {name: iris}
trainer: {epochs: 2}
optimizers: {sgd: {learning_rate: [0.1, 0.5]}}
seeds: 2
resources: {executor: inline}
report: false
"""


@pytest.fixture
def ran(tmp_path, monkeypatch):
    """Run the sweep with some overrides; returns its folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(SWEEP, encoding="utf-8")

    def ran(*overrides, **others):
        return run(load_config("small.yaml", overrides), **others).path

    return ran


def statuses(path):
    with sqlite3.connect(path) as database:
        found = database.execute("SELECT status FROM runs WHERE lifecycle_stage = 'active'").fetchall()
    return sorted(status for (status,) in found)


def test_a_store_that_is_new_gets_all_trials_and_a_second_delivery_none(ran, tmp_path):
    folder = ran()
    before = load_results(folder).trials
    store = f"sqlite:///{tmp_path / 'other.db'}"
    first, second = (deliver("small", tmp_path / "results", store) for _ in range(2))
    assert (first.lines, first.complete) == (("4 trials written to MLflow, 0 were there before.",), True)
    assert second.lines == ("0 trials written to MLflow, 4 were there before.",)
    assert statuses(tmp_path / "other.db") == statuses(tmp_path / "mlflow.db")
    assert set(statuses(tmp_path / "other.db")) == {"FINISHED"}
    after = load_results(folder).trials
    assert after["started_seconds"].tolist() == before["started_seconds"].tolist()


def test_trials_that_are_not_trained_yet_are_not_trained_by_a_delivery(ran, tmp_path):
    folder = ran(deadline_seconds=0.0)
    assert load_results(folder).trials["status"].tolist() == ["PENDING"] * 4
    delivery = deliver("small", tmp_path / "results")
    assert delivery.lines == ("0 trials written to MLflow, 0 were there before.",)
    assert load_results(folder).trials["status"].tolist() == ["PENDING"] * 4
    assert "RUNNING" not in statuses(tmp_path / "mlflow.db")


def test_a_sweep_that_is_unknown_or_recorded_nowhere_is_refused(ran, tmp_path):
    ran("tracking.enabled=false")
    with pytest.raises(UsageError, match="needs a sweep that is recorded in MLflow"):
        deliver("small", tmp_path / "results")
    with pytest.raises(ResultsError, match="other"):
        deliver("other", tmp_path / "results")
