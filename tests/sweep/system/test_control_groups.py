"""Limits of control groups are read from made-up trees of files, of both versions and of any depth."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.system.control_groups import cpu_quota, memory_limits

UNLIMITED = 9223372036854771712
"""What version 1 says where there is no limit of memory."""

# One limit a level, from the outermost group that can be seen to the process's own; None is no limit.
LEVELS = st.lists(st.none() | st.integers(1, 2**40), min_size=1, max_size=4)


class Tree:
    """The files of a kernel that limits a process by groups."""

    def __init__(self, root: Path, version: int) -> None:
        self.root = root
        self.version = version

    def place(self, controller: str, group: str, outermost: str = "/") -> Path:
        """Say which group the process is in, and which part of the tree is mounted; gives the mounted folder."""
        process = self.root / "proc/self"
        process.mkdir(parents=True, exist_ok=True)
        if self.version == 1:
            mount, kind, options = f"/sys/fs/cgroup/{controller},other", "cgroup", f"rw,{controller},other"
            (process / "cgroup").write_text(f"5:other,{controller}:{group}\n4:pids:/elsewhere\n0::/\n")
        else:
            mount, kind, options = "/sys/fs/cgroup", "cgroup2", "rw"
            (process / "cgroup").write_text(f"0::{group}\n")
        line = f"30 23 0:26 {outermost} {mount} rw,nosuid shared:9 - {kind} cgroup {options}\n"
        (process / "mountinfo").write_text(f"22 1 8:1 / / rw - ext4 /dev/sda1 rw\n{line}")
        folder = self.root / mount[1:]
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def limit_cpus(self, folder: Path, quota: int | None, period: int = 100_000) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if self.version == 1:
            (folder / "cpu.cfs_quota_us").write_text(f"{-1 if quota is None else quota}\n")
            (folder / "cpu.cfs_period_us").write_text(f"{period}\n")
        else:
            (folder / "cpu.max").write_text(f"{'max' if quota is None else quota} {period}\n")

    def limit_memory(self, folder: Path, limit: int | None, used: int = 0, cached: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if self.version == 1:
            (folder / "memory.limit_in_bytes").write_text(f"{UNLIMITED if limit is None else limit}\n")
            (folder / "memory.usage_in_bytes").write_text(f"{used}\n")
            (folder / "memory.stat").write_text(f"cache 7\ninactive_file 1\ntotal_inactive_file {cached}\n")
        else:
            (folder / "memory.max").write_text(f"{'max' if limit is None else limit}\n")
            (folder / "memory.current").write_text(f"{used}\n")
            (folder / "memory.stat").write_text(f"anon 5\ninactive_file {cached}\n")


def nested(count: int) -> str:
    return "/" + "/".join(f"level{depth}" for depth in range(1, count))


@pytest.fixture(params=[1, 2])
def tree(request, tmp_path):
    return Tree(tmp_path, request.param)


@given(levels=LEVELS, version=st.sampled_from([1, 2]))
def test_the_tightest_cpu_quota_of_the_group_and_its_parents_counts(levels, version):
    with tempfile.TemporaryDirectory() as root:
        tree = Tree(Path(root), version)
        folder = tree.place("cpu", nested(len(levels)))
        for depth, quota in enumerate(levels):
            tree.limit_cpus(folder.joinpath(*nested(depth + 1).split("/")[1:]), quota)
        granted = [quota / 100_000 for quota in levels if quota is not None]
        assert cpu_quota(Path(root)) == min(granted, default=None)


@given(levels=LEVELS, version=st.sampled_from([1, 2]))
def test_memory_limits_of_all_parents_are_found(levels, version):
    with tempfile.TemporaryDirectory() as root:
        tree = Tree(Path(root), version)
        folder = tree.place("memory", nested(len(levels)))
        for depth, limit in enumerate(levels):
            tree.limit_memory(folder.joinpath(*nested(depth + 1).split("/")[1:]), limit)
        found = {limit for limit, _ in memory_limits(Path(root))} - {UNLIMITED}
        assert found == {limit for limit in levels if limit is not None}


def test_in_a_container_the_group_has_the_name_that_the_host_gave_it(tree):
    folder = tree.place("cpu", "/docker/abc/inner", outermost="/docker/abc")
    tree.limit_cpus(folder, 250_000)
    tree.limit_cpus(folder / "inner", 150_000)
    assert cpu_quota(tree.root) == 1.5


def test_a_group_that_is_not_mounted_is_judged_by_what_is(tree):
    tree.limit_cpus(tree.place("cpu", "/elsewhere/entirely", outermost="/docker/abc"), 300_000)
    assert cpu_quota(tree.root) == 3.0


def test_what_the_kernel_keeps_of_files_is_not_held(tree):
    tree.limit_memory(tree.place("memory", "/"), 1000, used=700, cached=500)
    assert memory_limits(tree.root) == [(1000, 200)]


def test_without_groups_there_is_no_limit(tmp_path):
    assert cpu_quota(tmp_path) is None
    assert memory_limits(tmp_path) == []


@pytest.mark.parametrize("text", ["", "nonsense", "100000", "100000 0", "max", "-5 100000"])
def test_a_file_that_says_nothing_limits_nothing(tmp_path, text):
    tree = Tree(tmp_path, 2)
    (tree.place("cpu", "/") / "cpu.max").write_text(text)
    assert cpu_quota(tmp_path) is None
