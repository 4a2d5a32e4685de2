"""Of a framework's checkpoints in the trial's folder, the one of the kept report stays, and only that one."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest

from sweep.execution.sources.trial import Assignment, Trial, TrialStopped
from sweep.integrations.checkpoints import kept_checkpoint, report_checkpoint
from sweep.reporting import ReportError


def trial(folder: Path, weights: Literal["none", "last", "best"], **facts: Any) -> Trial:
    assignment = Assignment(
        trial_id="one",
        setting={},
        seed=0,
        epochs=9,
        folder=str(folder),
        device="cpu",
        metric="loss",
        mode="min",
        weights=weights,
        **facts,
    )
    return Trial(assignment, lambda row: None)


def report(to: Trial, number: int, loss: Any, spared: Path | None = None) -> None:
    """Write a checkpoint, in turn a file and a folder as frameworks do, and report it."""
    path = to.folder / f"checkpoint-{number}"
    if number % 2:
        path.write_text("weights", encoding="utf-8")
    else:
        path.mkdir()
        (path / "weights").touch()
    report_checkpoint(to, {"loss": loss}, path, spared=spared)


def files(of: Trial) -> list[str]:
    return sorted(path.name for path in of.folder.iterdir())


def test_the_last_or_the_best_stays_and_what_is_the_user_s_own(tmp_path: Path) -> None:
    last, best = trial(tmp_path / "last", "last"), trial(tmp_path / "best", "best")
    for one in (last, best):
        (one.folder / "notes.txt").touch()
        for number, loss in enumerate([0.5, 0.25, 0.75], start=1):
            report(one, number, loss)
    assert files(last) == ["checkpoint-3", "notes.txt"]
    assert files(best) == ["checkpoint-2", "notes.txt"]
    assert kept_checkpoint(best) == best.folder / "checkpoint-2"


def test_a_trial_begins_without_a_checkpoint_and_goes_on_with_the_kept_one(tmp_path: Path) -> None:
    first = trial(tmp_path, "best")
    assert kept_checkpoint(first) is None
    for number, loss in enumerate([0.5, 0.25, 0.75], start=1):
        report(first, number, loss)
    # Whoever asks again from the beginning finds none, whatever lies in the folder.
    assert kept_checkpoint(trial(tmp_path, "best")) is None
    second = trial(tmp_path, "best", resumed_epoch=2)
    assert kept_checkpoint(second) == second.folder / "checkpoint-2"
    # What was best before is still the best.
    report(second, 3, 0.3)
    assert files(second) == ["checkpoint-2"]
    report(second, 5, 0.2)
    assert files(second) == ["checkpoint-5"]


def test_the_checkpoint_of_a_refused_report_is_removed_and_that_of_the_target_kept(tmp_path: Path) -> None:
    one = trial(tmp_path, "last", stop_at=0.25)
    report(one, 1, 0.5)
    with pytest.raises(ReportError, match="must be a number"):
        report(one, 2, "low")
    assert files(one) == ["checkpoint-1"]
    with pytest.raises(TrialStopped):
        report(one, 3, 0.25)
    assert files(one) == ["checkpoint-3"]


def test_a_checkpoint_that_the_framework_needs_itself_stays(tmp_path: Path) -> None:
    one = trial(tmp_path, "last")
    report(one, 1, 0.5)
    report(one, 2, 0.75, spared=one.folder / "checkpoint-1")
    report(one, 3, 0.75, spared=one.folder / "checkpoint-1")
    assert files(one) == ["checkpoint-1", "checkpoint-3"]


def test_without_a_checkpoint_it_is_a_report_alone(tmp_path: Path) -> None:
    one = trial(tmp_path, "none")
    assert not one.keeps_state
    report_checkpoint(one, {"loss": 0.5}, None, epoch=4, step=40)
    assert (one.reported, files(one), one.restore()) == (1, [], None)
