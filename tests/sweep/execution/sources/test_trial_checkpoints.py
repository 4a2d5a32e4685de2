"""A trial of a user's own leaves its last state and the reports up to it, from which it goes on."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sweep.execution.sources import checkpoint_files, trial_checkpoints
from sweep.execution.sources.assignment import Assignment
from sweep.execution.sources.checkpoint_files import CheckpointPace, find_files
from sweep.execution.sources.trial import Trial, TrialStopped
from sweep.execution.sources.trial_checkpoints import read_trial


@pytest.fixture
def make(tmp_path):
    """Create a trial whose checkpoints are due after each report, and the list that its reports go to."""

    def trial(**changes):
        rows = []
        facts = {
            "trial_id": "t",
            "setting": {},
            "seed": 3,
            "epochs": 6,
            "folder": str(tmp_path / "trials" / "t"),
            "device": "cpu",
            "metric": "val_loss",
            "mode": "min",
            "results": str(tmp_path),
            "every": 1e-9,
        }
        return Trial(Assignment(**{**facts, **changes}), rows.append), rows

    return trial


@pytest.fixture(autouse=True)
def at_every_report(monkeypatch):
    monkeypatch.setattr(checkpoint_files, "SHARE", 0)


def resumed(make, tmp_path, **changes):
    """The same trial, as a later start of the sweep makes it."""
    path, facts = read_trial(tmp_path, "t")
    state_epoch, epoch = facts["state_epoch"], facts["epoch"]
    return make(resumed_epoch=state_epoch, known_epoch=epoch, checkpoint=str(path), **changes)


def test_a_trial_goes_on_from_its_last_state(make, tmp_path):
    trial, _ = make()
    for epoch in range(1, 4):
        trial.save({"weights": np.full(3, epoch)})
        trial.report(val_loss=1 / epoch)
    path, facts = read_trial(tmp_path, "t")
    assert (path.name, facts["epoch"]) == ("t-3.safetensors", 3)
    assert [row[0] for row in facts["rows"]] == [1, 2, 3]
    again, rows = resumed(make, tmp_path)
    assert again.restore()["weights"].tolist() == [3, 3, 3]
    again.report(val_loss=0.25)
    assert [(row[0], row[2]) for row in rows] == [(4, {"val_loss": 0.25})]


def test_reports_after_the_last_state_are_made_again(make, tmp_path):
    trial, _ = make(every=3600.0)
    trial.save(1)
    trial.report(val_loss=0.5)
    trial.report(val_loss=0.4)
    trial.report(val_loss=0.3)
    trial.write_checkpoint()
    _, facts = read_trial(tmp_path, "t")
    assert (facts["epoch"], [row[0] for row in facts["rows"]]) == (1, [1])


def test_a_state_that_no_report_belongs_to_is_not_kept(make, tmp_path):
    trial, _ = make()
    trial.save("one")
    trial.report(val_loss=0.5)
    trial.save("two")
    trial.write_checkpoint()
    again, _ = resumed(make, tmp_path)
    assert again.restore() == "one"


def test_a_training_that_saves_and_does_not_restore_makes_its_reports_again(make, tmp_path):
    trial, _ = make()
    for _ in range(3):
        trial.save(1)
        trial.report(val_loss=0.5)
    again, rows = resumed(make, tmp_path)
    for epoch in range(1, 6):
        again.report(epoch=epoch, val_loss=1 / epoch)
    # Those that are known are dropped.
    assert [row[0] for row in rows] == [4, 5]


def test_a_training_that_keeps_its_files_has_all_its_reports_behind_it(make, tmp_path):
    trial, _ = make()
    trial.report(val_loss=0.5)
    assert read_trial(tmp_path, "t") is None
    (trial.folder / "weights.bin").write_bytes(b"12")
    trial.report(val_loss=0.4)
    _, facts = read_trial(tmp_path, "t")
    assert (facts["epoch"], facts["state_epoch"], len(facts["rows"])) == (2, 0, 2)
    again, rows = resumed(make, tmp_path)
    assert again.restore() is None
    # It has found its file, and numbers its reports itself.
    again.report(epoch=2, val_loss=0.4)
    again.report(epoch=3, val_loss=0.3)
    assert [row[0] for row in rows] == [3]


def test_a_training_that_leaves_nothing_has_no_checkpoint(make, tmp_path):
    trial, _ = make()
    trial.report(val_loss=0.5)
    trial.write_checkpoint()
    assert find_files(tmp_path) == []


@pytest.mark.parametrize("changes", [{"every": 0.0}, {"results": ""}])
def test_none_is_written_where_none_is_asked_or_the_folder_is_elsewhere(make, tmp_path, changes):
    trial, _ = make(**changes)
    trial.save(1)
    trial.report(val_loss=0.5)
    trial.write_checkpoint()
    assert find_files(tmp_path) == []
    assert not trial.keeps_state


def test_saving_is_worth_the_time_when_a_checkpoint_is_due(make, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(trial_checkpoints, "CheckpointPace", lambda every: CheckpointPace(every, clock=lambda: now[0]))
    trial, _ = make(every=60.0)
    assert not trial.keeps_state
    now[0] = 60.0
    assert trial.keeps_state
    trial.save(1)
    trial.report(val_loss=0.5)
    assert not trial.keeps_state


def test_a_trial_that_is_told_to_stop_leaves_what_it_has_saved(make, tmp_path):
    trial, _ = make(every=3600.0)
    trial.save("one")
    trial.report(val_loss=0.5)
    assert read_trial(tmp_path, "t") is None
    # The thread that hears of it calls this.
    trial.write_checkpoint()
    assert read_trial(tmp_path, "t")[1]["epoch"] == 1
    trial.close()
    with pytest.raises(TrialStopped):
        trial.report(val_loss=0.4)


def test_a_damaged_checkpoint_is_passed_over(make, tmp_path):
    trial, _ = make()
    for _ in range(2):
        trial.save(1)
        trial.report(val_loss=0.5)
    newest = tmp_path / "checkpoints" / "t-2.safetensors"
    content = newest.read_bytes()
    newest.write_bytes(content.replace(json.dumps(0.5).encode(), b"0.6", 1))
    assert newest.read_bytes() != content
    assert read_trial(tmp_path, "t")[1]["epoch"] == 1


def test_a_full_disk_does_not_end_the_training(make, tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(trial_checkpoints, "write_file", full)
    trial, rows = make()
    trial.save(1)
    trial.report(val_loss=0.5)
    assert len(rows) == 1
