"""Detects the CPUs, GPUs and memory that this process may use, within limits of containers and the account."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from sweep.system.control_groups import ROOT, cpu_quota, memory_limits

CPU_FACTS = Path("/proc/cpuinfo")
NVIDIA_GPUS = Path("/proc/driver/nvidia/gpus")


def available_cpus(root: Path = ROOT) -> int:
    """Return how many CPUs this process may use, at least 1, by affinity (``taskset``) and control group quotas.

    Args:
        root: folder that contains ``proc`` and ``sys``.
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = cpu_quota(root)
    return allowed if quota is None else max(1, min(allowed, int(quota)))


def memory_limit_bytes(root: Path = ROOT) -> int:
    """Return the memory limit of this process: of the machine, its control groups and ``ulimit -v``.

    Args:
        root: folder that contains ``proc`` and ``sys``.
    """
    total = _memory_facts(root).get("MemTotal") or _physical_memory()
    return min(total, *(limit for limit, _ in memory_limits(root)), _address_space(), sys.maxsize)


def usable_memory_bytes(root: Path = ROOT) -> int:
    """Like `memory_limit_bytes`, minus mapped but not resident memory, which ``ulimit -v`` also counts.

    Args:
        root: folder that contains ``proc`` and ``sys``.
    """
    return max(0, min(memory_limit_bytes(root), _address_space() - mapped_bytes(root)))


def available_memory_bytes(root: Path = ROOT) -> int:
    """Return the memory that this process and its children can still allocate without swapping or being killed.

    Args:
        root: folder that contains ``proc`` and ``sys``.
    """
    facts = _memory_facts(root)
    free = facts.get("MemAvailable", facts.get("MemFree")) or _physical_memory()
    left = (max(0, limit - used) for limit, used in memory_limits(root))
    return min(free, *left, _address_space(), sys.maxsize)


def shared_memory_bytes(root: Path = ROOT) -> int | None:
    """Return the free bytes of ``/dev/shm``, where Ray stores objects; None if it does not exist.

    Args:
        root: folder that contains ``dev``.
    """
    return free_bytes(root / "dev/shm")


def free_bytes(folder: Path) -> int | None:
    """Return the bytes that this account can still write to ``folder``'s file system; None if unknown."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def _memory_facts(root: Path) -> dict[str, int]:
    """Read the kernel's memory statistics in bytes; empty if unavailable."""
    try:
        text = (root / "proc/meminfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    return {name: 1024 * int(size) for name, size in re.findall(r"^(\w+):\s+(\d+) kB$", text, re.MULTILINE)}


def _physical_memory() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return sys.maxsize


def _address_space() -> int:
    """Return the address space limit of a process (``ulimit -v``) in bytes."""
    try:
        import resource
    except ImportError:
        # Only POSIX has such limits.
        return sys.maxsize
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    return sys.maxsize if limit == resource.RLIM_INFINITY else limit


def mapped_bytes(root: Path = ROOT) -> int:
    """Return the bytes that this process has mapped but that are not resident; 0 if unknown.

    Args:
        root: folder that contains ``proc``.
    """
    try:
        text = (root / "proc/self/status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    sizes = {name: 1024 * int(size) for name, size in re.findall(r"^(VmSize|VmRSS):\s+(\d+) kB$", text, re.MULTILINE)}
    return max(0, sizes.get("VmSize", 0) - sizes.get("VmRSS", 0))


def available_gpus(folder: Path = NVIDIA_GPUS) -> int:
    """Return the number of NVIDIA GPUs; 0 without the driver.

    Args:
        folder: folder with one entry per GPU.
    """
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def home_folder() -> Path | None:
    """Return the home folder; None for accounts without one, as in containers with an arbitrary user id."""
    try:
        return Path.home()
    except RuntimeError:
        return None


def cache_folder(environ: Mapping[str, str]) -> Path | None:
    """Return the cache folder for measurements of this machine; None if the user has no home folder.

    >>> cache_folder({"XDG_CACHE_HOME": "/cache"})
    PosixPath('/cache/optimizer-sweep')
    """
    if given := environ.get("XDG_CACHE_HOME"):
        return Path(given) / "optimizer-sweep"
    home = home_folder()
    return None if home is None else home / ".cache" / "optimizer-sweep"


def cpu_model(facts: Path = CPU_FACTS) -> str:
    """Return the processor model; empty if unknown.

    Args:
        facts: the kernel's description of the CPUs.
    """
    try:
        text = facts.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1].strip() if found else ""
