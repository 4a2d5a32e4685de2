"""Tests of what a machine lets a process use."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import sweep
from sweep.system.limits import available_cpus, available_gpus, available_memory_bytes, mapped_bytes, memory_limit_bytes

PROJECT = Path(sweep.__file__).parents[1]


@pytest.fixture
def limited(tmp_path):
    """Write files of a kernel with 16 GiB of memory, 8 of them free, and groups of version 2."""
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "sys/fs/cgroup").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text("0::/\n")
    (tmp_path / "proc/self/mountinfo").write_text("30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")
    (tmp_path / "proc/meminfo").write_text("MemTotal:       16777216 kB\nMemAvailable:    8388608 kB\n")

    def write(**files):
        for name, text in files.items():
            (tmp_path / "sys/fs/cgroup" / name.replace("_", ".")).write_text(f"{text}\n")
        return tmp_path

    return write


def test_a_container_s_quota_of_cpus_counts(limited):
    assert available_cpus(limited(cpu_max="100000 100000")) == 1


def test_half_a_cpu_is_still_one(limited):
    assert available_cpus(limited(cpu_max="50000 100000")) == 1


def test_without_a_quota_the_affinity_counts(limited, tmp_path):
    assert available_cpus(limited(cpu_max="max 100000")) == len(os.sched_getaffinity(0))
    assert available_cpus(tmp_path / "none") == len(os.sched_getaffinity(0))


def in_python(code, *before):
    command = [*before, sys.executable, "-c", f"from sweep.system.limits import *; print({code})"]
    return int(subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True).stdout)


def test_taskset_counts():
    assert in_python("available_cpus()", "taskset", "-c", str(min(os.sched_getaffinity(0)))) == 1


def test_the_limit_of_the_address_space_counts():
    shell = ("bash", "-c", 'ulimit -v 2000000; exec "$@"', "bash")
    assert in_python("memory_limit_bytes()", *shell) == 2_000_000 * 1024
    assert in_python("available_memory_bytes()", *shell) <= 2_000_000 * 1024


def test_what_is_mapped_and_not_held_is_taken_from_the_address_space(tmp_path):
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/status").write_text("Name:\tpython\nVmSize:\t  500000 kB\nVmRSS:\t  120000 kB\n")
    assert mapped_bytes(tmp_path) == 380_000 * 1024
    assert mapped_bytes(tmp_path / "none") == 0
    shell = ("bash", "-c", 'ulimit -v 2000000; exec "$@"', "bash")
    left = in_python("usable_memory_bytes()", *shell)
    assert 0 < left < 2_000_000 * 1024


def test_memory_is_what_the_machine_has_unless_a_group_limits_it(limited):
    assert memory_limit_bytes(limited(memory_max="max")) == 16 * 2**30
    assert available_memory_bytes(limited(memory_current=2**30)) == 8 * 2**30
    assert memory_limit_bytes(limited(memory_max=3 * 2**30)) == 3 * 2**30
    assert available_memory_bytes(limited()) == 2 * 2**30
    assert available_memory_bytes(limited(memory_current=4 * 2**30)) == 0


def test_without_facts_of_the_kernel_the_machine_itself_is_asked(tmp_path):
    assert memory_limit_bytes(tmp_path) == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def test_gpus_are_counted_by_the_driver_s_entries(tmp_path):
    (tmp_path / "0000:01:00.0").mkdir()
    (tmp_path / "0000:02:00.0").mkdir()
    assert available_gpus(tmp_path) == 2
    assert available_gpus(tmp_path / "none") == 0


def test_only_one_module_asks_for_the_limits_of_the_machine():
    # The trainers know nothing of the package sweep, and have one module of their own.
    questions = ("cpu_count", "sched_getaffinity", "getrlimit", "sysconf", "virtual_memory", "statvfs", "disk_usage")
    files = [path for package in ("sweep", "trainers", "bench") for path in (PROJECT / package).rglob("*.py")]
    assert {
        path.relative_to(PROJECT).as_posix()
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in questions
    } == {"sweep/system/limits.py", "trainers/data/files/memory.py"}
