"""Checkpoints are named after their pack and epoch, and written so rarely that they cost one percent."""

from __future__ import annotations

import pytest

from sweep.execution.sources.checkpoint_files import (
    CHECKPOINTS,
    CheckpointPace,
    drop_pack,
    find_files,
    pack_name,
    write_file,
)
from sweep.execution.sources.state import snapshot

CONTENT = snapshot({"a": 1.5}).content({"trials": ["one", "two"]})


def test_a_checkpoint_is_due_after_its_time_and_a_slow_one_less_often():
    now = [100.0]
    pace = CheckpointPace(60.0, clock=lambda: now[0])
    now[0] = 159.9
    assert not pace.is_due
    now[0] = 160.0
    assert pace.is_due
    pace.written(0.1)
    now[0] = 219.9
    assert not pace.is_due
    now[0] = 220.0
    assert pace.is_due
    # 2 s of writing are 1 % of 200 s.
    pace.written(2.0)
    now[0] = 220.0 + 197.0
    assert not pace.is_due
    now[0] = 220.0 + 198.0
    assert pace.is_due


def test_none_is_due_without_a_time():
    now = [0.0]
    pace = CheckpointPace(0.0, clock=lambda: now[0])
    now[0] = 1e9
    assert not pace.is_due


def test_the_name_is_of_the_trials_in_their_order():
    assert pack_name(["a", "b"]) == pack_name(["a", "b"])
    assert len({pack_name(["a", "b"]), pack_name(["b", "a"]), pack_name(["a"]), pack_name(["b"])}) == 4


def test_the_last_two_of_a_pack_stay_and_those_of_others(tmp_path):
    for epoch in (3, 12, 100):
        write_file(tmp_path, "one", epoch, CONTENT)
    write_file(tmp_path, "other", 50, CONTENT)
    assert [(file.name, file.epoch) for file in find_files(tmp_path)] == [("one", 100), ("other", 50), ("one", 12)]
    assert [file.epoch for file in find_files(tmp_path, 50)] == [50, 12]
    assert find_files(tmp_path)[0].trials == ("one", "two")


def test_the_file_that_a_trial_goes_on_from_stays(tmp_path):
    for epoch in (3, 12, 100):
        write_file(tmp_path, "one", epoch, CONTENT, (tmp_path / CHECKPOINTS / "one-3.safetensors",))
    assert [file.epoch for file in find_files(tmp_path)] == [100, 12, 3]


def test_the_files_of_a_pack_that_has_ended_are_deleted(tmp_path):
    write_file(tmp_path, pack_name(["one", "two"]), 3, CONTENT)
    write_file(tmp_path, pack_name(["two"]), 3, CONTENT)
    drop_pack(tmp_path, ["one", "two"])
    assert [file.name for file in find_files(tmp_path)] == ["two"]


@pytest.mark.parametrize("name", ["one.safetensors", "one-x.safetensors", "one-3.safetensors.partial", "notes.txt"])
def test_other_files_are_no_checkpoints(tmp_path, name):
    (tmp_path / CHECKPOINTS).mkdir()
    (tmp_path / CHECKPOINTS / name).write_bytes(CONTENT)
    assert find_files(tmp_path) == []


def test_no_flipped_bit_and_no_cut_is_read(tmp_path):
    write_file(tmp_path, "one", 3, CONTENT)
    (file,) = find_files(tmp_path)
    assert file.read() == ({"trials": ["one", "two"]}, {"a": 1.5})
    for bit in range(8 * len(CONTENT)):
        content = bytearray(CONTENT)
        content[bit // 8] ^= 1 << bit % 8
        file.path.write_bytes(content)
        assert file.read() is None
        assert not file.is_whole
    for length in range(len(CONTENT)):
        file.path.write_bytes(CONTENT[:length])
        assert file.read() is None
