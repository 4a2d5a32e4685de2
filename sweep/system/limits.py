"""What this machine lets the process use: CPUs, GPUs and memory, within the limits of containers and of the account."""

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
    """How many CPUs this process may use, at least one: by affinity (``taskset``) and quotas of control groups.

    Args:
        root: below which ``proc`` and ``sys`` lie.
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = cpu_quota(root)
    return allowed if quota is None else max(1, min(allowed, int(quota)))


def memory_limit_bytes(root: Path = ROOT) -> int:
    """The most memory that this process may ever hold: of the machine, its control groups and ``ulimit -v``.

    Args:
        root: below which ``proc`` and ``sys`` lie.
    """
    total = _memory_facts(root).get("MemTotal") or _physical_memory()
    return min(total, *(limit for limit, _ in memory_limits(root)), _address_space(), sys.maxsize)


def usable_memory_bytes(root: Path = ROOT) -> int:
    """As `memory_limit_bytes`, less what this process has mapped and does not hold, which ``ulimit -v`` counts too.

    Args:
        root: below which ``proc`` and ``sys`` lie.
    """
    return max(0, min(memory_limit_bytes(root), _address_space() - mapped_bytes(root)))


def available_memory_bytes(root: Path = ROOT) -> int:
    """Memory that this process, and those that it starts, can still take now without swapping or being killed.

    Args:
        root: below which ``proc`` and ``sys`` lie.
    """
    facts = _memory_facts(root)
    free = facts.get("MemAvailable", facts.get("MemFree")) or _physical_memory()
    left = (max(0, limit - used) for limit, used in memory_limits(root))
    return min(free, *left, _address_space(), sys.maxsize)


def shared_memory_bytes(root: Path = ROOT) -> int | None:
    """Free bytes of ``/dev/shm``, where Ray keeps its objects; None where there is none.

    Args:
        root: below which ``dev`` lies.
    """
    return free_bytes(root / "dev/shm")


def free_bytes(folder: Path) -> int | None:
    """Bytes that this account can still write in the file system of ``folder``; None where the system does not say."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def _memory_facts(root: Path) -> dict[str, int]:
    """What the kernel says of the machine's memory, in bytes; empty where it does not."""
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
    """Bytes to which ``ulimit -v`` holds each process."""
    try:
        import resource
    except ImportError:
        # Only POSIX has such limits.
        return sys.maxsize
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    return sys.maxsize if limit == resource.RLIM_INFINITY else limit


def mapped_bytes(root: Path = ROOT) -> int:
    """Bytes that this process has mapped and does not hold; 0 where the kernel does not say.

    Args:
        root: below which ``proc`` lies.
    """
    try:
        text = (root / "proc/self/status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    sizes = {name: 1024 * int(size) for name, size in re.findall(r"^(VmSize|VmRSS):\s+(\d+) kB$", text, re.MULTILINE)}
    return max(0, sizes.get("VmSize", 0) - sizes.get("VmRSS", 0))


def available_gpus(folder: Path = NVIDIA_GPUS) -> int:
    """How many NVIDIA GPUs the kernel knows; 0 without its driver.

    Args:
        folder: has one entry a GPU.
    """
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def home_folder() -> Path | None:
    """The user's folder; None for an account that has none, as in containers that run under any number."""
    try:
        return Path.home()
    except RuntimeError:
        return None


def cache_folder(environ: Mapping[str, str]) -> Path | None:
    """Where what was found out about this machine is kept for the next sweep; None where the user has no folder.

    >>> cache_folder({"XDG_CACHE_HOME": "/cache"})
    PosixPath('/cache/optimizer-sweep')
    """
    if given := environ.get("XDG_CACHE_HOME"):
        return Path(given) / "optimizer-sweep"
    home = home_folder()
    return None if home is None else home / ".cache" / "optimizer-sweep"


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
