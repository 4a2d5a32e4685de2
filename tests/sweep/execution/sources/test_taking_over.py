"""A trial that takes over has the state and the files of its donor, and its own reports."""

from __future__ import annotations

import numpy as np
import pytest

from sweep.execution.sources.assignment import drop_paused, paused_file
from sweep.execution.sources.state import read_facts, read_state, snapshot, write_state
from sweep.execution.sources.taking_over import take_over
from sweep.records import Arm, Trial

TAKING, DONOR = (Trial(name, Arm(name, "", {}), 0, f"line-{name}") for name in ("taking", "donor"))
ROWS = [(1, 1, {"val_loss": 0.1 + 0.2}, 0.5), (2, 2, {"val_loss": 1.0}, 0.7)]


def pause(folder, trial, state, **facts):
    path = paused_file(folder / "paused", trial.id, 2)
    path.parent.mkdir(exist_ok=True)
    write_state(path, snapshot(state).content({"trial_id": trial.id, "epoch": 2, "rows": [], **facts}))
    return path


def write(folder, trial, name, text):
    path = folder / "trials" / trial.lineage / "files" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_the_state_is_the_donor_s_and_the_reports_are_its_own(tmp_path):
    state = {"w": np.arange(3.0), "blob": b"xyz", "step": 7}
    donor = pause(tmp_path, DONOR, state, state_epoch=1, other="kept")
    own = pause(tmp_path, TAKING, {"w": np.zeros(3)})
    before = donor.read_bytes()
    assert take_over(tmp_path, TAKING, DONOR, 2, ROWS)
    found = read_state(own)
    np.testing.assert_array_equal(found["w"], state["w"])
    assert (found["blob"], found["step"]) == (b"xyz", 7)
    facts = read_facts(own)
    assert facts == {
        "trial_id": "taking", "epoch": 2, "rows": [list(row) for row in ROWS], "state_epoch": 1, "other": "kept"
    }  # fmt: skip
    assert donor.read_bytes() == before


def test_a_trial_that_has_paused_nowhere_takes_over_too(tmp_path):
    pause(tmp_path, DONOR, {"w": 1})
    assert take_over(tmp_path, TAKING, DONOR, 2, ROWS)
    assert read_state(paused_file(tmp_path / "paused", "taking", 2)) == {"w": 1}


def test_the_files_are_the_donor_s_alone(tmp_path):
    pause(tmp_path, DONOR, None, state_epoch=0)
    pause(tmp_path, TAKING, None, state_epoch=0)
    write(tmp_path, DONOR, "model.txt", "good")
    mine = write(tmp_path, TAKING, "model.txt", "bad")
    rest = write(tmp_path, TAKING, "rest.txt", "old")
    assert take_over(tmp_path, TAKING, DONOR, 2, ROWS)
    assert mine.read_text() == "good"
    assert not rest.exists()


@pytest.mark.parametrize("is_there", [True, False])
def test_a_donor_that_has_kept_nothing_leaves_nothing_to_go_on_from(tmp_path, is_there):
    own = pause(tmp_path, TAKING, {"w": 1})
    if is_there:
        pause(tmp_path, DONOR, None, state_epoch=0)
    assert not take_over(tmp_path, TAKING, DONOR, 2, ROWS)
    assert not own.exists()


def test_only_the_checkpoints_of_the_named_epochs_of_the_trial_stay(tmp_path):
    paths = [paused_file(tmp_path, name, epoch) for name in ("a", "ab") for epoch in (2, 4, 6)]
    for path in paths:
        path.write_text("")
    drop_paused(tmp_path, "a", (4, 6))
    assert [path for path in paths if path.exists()] == paths[1:]
