"""Tests of what a machine lets a process use."""

import os

from sweep.machine import available_cpus, available_gpus


def test_a_container_s_quota_of_cpus_counts(tmp_path):
    quota = tmp_path / "cpu.max"
    quota.write_text("100000 100000\n")
    assert available_cpus(quota) == 1


def test_half_a_cpu_is_still_one(tmp_path):
    quota = tmp_path / "cpu.max"
    quota.write_text("50000 100000\n")
    assert available_cpus(quota) == 1


def test_without_a_quota_the_affinity_counts(tmp_path):
    quota = tmp_path / "cpu.max"
    quota.write_text("max 100000\n")
    assert available_cpus(quota) == available_cpus(tmp_path / "none") == len(os.sched_getaffinity(0))


def test_gpus_are_counted_by_the_driver_s_entries(tmp_path):
    (tmp_path / "0000:01:00.0").mkdir()
    (tmp_path / "0000:02:00.0").mkdir()
    assert available_gpus(tmp_path) == 2
    assert available_gpus(tmp_path / "none") == 0
