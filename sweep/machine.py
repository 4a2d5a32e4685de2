"""What this machine lets the process use: its CPUs, within the limits of a container, and its GPUs."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

CPU_QUOTA = Path("/sys/fs/cgroup/cpu.max")
CPU_FACTS = Path("/proc/cpuinfo")
NVIDIA_GPUS = Path("/proc/driver/nvidia/gpus")


def available_cpus(quota: Path = CPU_QUOTA) -> int:
    """How many CPUs this process may use, at least one.

    Args:
        quota: the control group's file that says ``QUOTA PERIOD`` in microseconds, or ``max PERIOD``.
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        limit, period = quota.read_text().split()
    except (OSError, ValueError):
        return allowed
    return allowed if limit == "max" else max(1, min(allowed, int(limit) // int(period)))


def available_gpus(folder: Path = NVIDIA_GPUS) -> int:
    """How many NVIDIA GPUs the kernel knows; 0 without its driver.

    Args:
        folder: has one entry a GPU.
    """
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Where what was found out about this machine is kept for the next sweep.

    >>> cache_folder({"XDG_CACHE_HOME": "/cache"})
    PosixPath('/cache/optimizer-sweep')
    """
    return Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "optimizer-sweep"


def cpu_model(facts: Path = CPU_FACTS) -> str:
    """The model of the processor; empty where the kernel does not say.

    Args:
        facts: the kernel's description of the CPUs.
    """
    try:
        text = facts.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1].strip() if found else ""
