"""Checkpoints and files go where a trial is not kept; what it has printed stays."""

from __future__ import annotations

import pytest

from sweep.records import Arm, Trial
from sweep.results.kept_files import drop_files, write_files

ARM = Arm("a", "lr=0.1", {"learning_rate": 0.1})


@pytest.fixture
def folder(tmp_path):
    """A results folder of two lineages, with a checkpoint, files and output each."""
    for lineage in ("x", "y"):
        place = tmp_path / "trials" / lineage
        (place / "files" / "deep").mkdir(parents=True)
        for name in ("checkpoint.safetensors", "files/deep/note.txt", "output.log"):
            (place / name).write_text("something")
    return tmp_path


def left(folder):
    return sorted(str(path.relative_to(folder / "trials")) for path in folder.rglob("*") if path.is_file())


WHOLE = ["x/checkpoint.safetensors", "x/files/deep/note.txt", "x/output.log"]


def test_the_files_of_a_trial_that_is_not_kept_are_deleted(folder):
    drop_files(folder, [Trial("1", ARM, 0, "x"), Trial("2", ARM, 1, "y")], {"1"})
    assert left(folder) == [*WHOLE, "y/output.log"]


def test_a_lineage_stays_if_one_of_its_trials_is_kept(folder):
    # Of 3 and of 5 epochs.
    drop_files(folder, [Trial("1", ARM, 0, "x"), Trial("3", ARM, 0, "x"), Trial("2", ARM, 1, "y")], {"3"})
    assert left(folder) == [*WHOLE, "y/output.log"]


def test_a_trial_without_a_folder_or_a_lineage_has_nothing_to_delete(folder):
    before = left(folder)
    drop_files(folder, [Trial("1", ARM, 0, "z"), Trial("2", ARM, 1)], set())
    assert left(folder) == before


def test_what_a_command_was_told_goes_and_a_trial_that_has_printed_nothing_leaves_nothing(folder):
    place = folder / "trials" / "y"
    for name in ("setting.json", "reports.jsonl"):
        (place / name).write_text("{}")
    (place / "output.log").write_text("")
    drop_files(folder, [Trial("2", ARM, 1, "y")], set())
    assert not place.exists()
    assert left(folder) == WHOLE
    (folder / "trials" / "x" / "output.log").write_text("")
    drop_files(folder, [Trial("1", ARM, 0, "x")], set())
    assert not (folder / "trials").exists()


def test_the_files_of_a_trial_of_another_machine_are_written_into_its_folder_and_nowhere_else(tmp_path):
    files = {"checkpoint": b"1", "files/a/b.txt": b"2", "../../plan.json": b"3", "/etc/sweep": b"4", "../xy/a": b"5"}
    write_files(tmp_path, Trial("1", ARM, 0, "x"), files)
    assert left(tmp_path) == ["x/checkpoint", "x/files/a/b.txt"]
    assert (tmp_path / "trials" / "x" / "files" / "a" / "b.txt").read_bytes() == b"2"
    assert [path.name for path in tmp_path.iterdir()] == ["trials"]
