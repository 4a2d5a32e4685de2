"""What happened is in the event log before any reader is told of it."""

from __future__ import annotations

import pytest

from sweep import load_config, run
from sweep.driver import run as run_module
from sweep.driver.progress_tracker import ProgressTracker
from sweep.running.event_log import EventLog
from sweep.running.replay import replay

SWEEP = """
data: {name: iris}
trainer: {epochs: 3}
optimizers: {sgd: {learning_rate: [0.1, 0.2]}, adam: {learning_rate: 0.1}}
space: {batch_size: [16, 32]}
seeds: 2
resources: {executor: inline}
report: false
tracking: {enabled: false}
"""


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "small.yaml"
    path.write_text(SWEEP)
    return path


def test_a_trial_is_on_the_disk_before_the_display_counts_it(file, tmp_path, monkeypatch):
    told, count = [], ProgressTracker.ended

    def check(tracker, results):
        # Read as another process would.
        (folder,) = (tmp_path / "results").glob("small-*/events")
        records, problems = EventLog(folder).read()
        assert problems == []
        known = {one.trial.id for one in replay(records, [result.trial for result in results])}
        assert {result.trial.id for result in results} <= known
        told.extend(result.trial.id for result in results)
        count(tracker, results)

    monkeypatch.setattr(run_module.ProgressTracker, "ended", check)
    result = run(load_config(file))
    assert sorted(told) == sorted(result.trials["trial_id"])
    assert len(told) == 12


def test_the_log_tells_how_the_sweep_went(file, tmp_path):
    run(load_config(file))
    (folder,) = (tmp_path / "results").glob("small-*/events")
    records, _ = EventLog(folder).read()
    kinds = [record.kind for record in records]
    assert kinds[:2] == ["start", "plan"]
    assert kinds[-1] == "end"
    assert records[-1].facts["at_once"] is False
    planned = {int(number) for record in records if record.kind == "plan" for number in record.facts["packs"]}
    trained = [(record.facts["pack"], record.facts["attempt"]) for record in records if record.kind == "train"]
    assert sorted(trained) == [(number, 0) for number in sorted(planned)]
    ended = [record.facts["pack"] for record in records if record.kind == "report" and record.facts["last"]]
    assert sorted(ended) == sorted(planned)


def test_a_second_start_of_a_finished_sweep_logs_nothing(file, tmp_path):
    run(load_config(file))
    (folder,) = (tmp_path / "results").glob("small-*/events")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    run(load_config(file))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
