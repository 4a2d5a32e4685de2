"""Reads the CPU and memory limits of this process from Linux control groups, versions 1 and 2."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path("/")


def cpu_quota(root: Path = ROOT) -> float | None:
    """Return the smallest CPU quota of the process's groups; None without a quota.

    A group's limit applies to all its descendants, so that the parents are read as well.

    Args:
        root: folder that contains ``proc`` and ``sys``.
    """
    quotas = []
    for group in groups_of("cpu", root):
        line = _read(group / "cpu.max") or " ".join(
            _read(group / name) for name in ("cpu.cfs_quota_us", "cpu.cfs_period_us")
        )
        quota, _, period = line.partition(" ")
        # No limit is "max" in version 2 and -1 in version 1.
        if quota.isdecimal() and period.isdecimal() and int(period):
            quotas.append(int(quota) / int(period))
    return min(quotas, default=None)


def memory_limits(root: Path = ROOT) -> list[tuple[int, int]]:
    """Return each group's memory limit, and its used bytes that cannot be reclaimed immediately.

    Args:
        root: folder that contains ``proc`` and ``sys``.
    """
    limits = []
    for group in groups_of("memory", root):
        limit = _read(group / "memory.max") or _read(group / "memory.limit_in_bytes")
        if limit.isdecimal():
            usage = _read(group / "memory.current") or _read(group / "memory.usage_in_bytes")
            limits.append((int(limit), max(0, int(usage) - _file_cache(group)) if usage.isdecimal() else 0))
    return limits


def groups_of(controller: str, root: Path = ROOT) -> Iterator[Path]:
    """Yield the folders of the groups that limit this process, from the innermost to the outermost visible one.

    In a container the group's name may be the host's, while only the part below the container is mounted.

    Args:
        controller: ``cpu`` or ``memory``.
        root: folder that contains ``proc`` and ``sys``.
    """
    names = _group_names(root)
    for kind, controllers, outermost, mount in _mounts(root):
        if kind == "cgroup" and controller not in controllers:
            continue
        name = names.get(controller if kind == "cgroup" else "")
        if name is None:
            continue
        parts = Path(name).parts[1:]
        above = Path(outermost).parts[1:]
        inside = parts[len(above) :] if parts[: len(above)] == above else ()
        top = root / mount.lstrip("/")
        for depth in range(len(inside), -1, -1):
            group = top.joinpath(*inside[:depth])
            if group.is_dir():
                yield group


def _group_names(root: Path) -> dict[str, str]:
    """Map each version 1 controller to the process's group; version 2 is under the empty name."""
    names = {}
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, _, rest = line.partition(":")
        controllers, _, name = rest.partition(":")
        names.update(dict.fromkeys(controllers.split(","), name))
    return names


def _mounts(root: Path) -> Iterator[tuple[str, list[str], str, str]]:
    """Yield version, controllers, root group and folder of each mounted hierarchy."""
    for line in _read(root / "proc/self/mountinfo").splitlines():
        where, _, what = line.partition(" - ")
        fields, kinds = where.split(" "), what.split(" ")
        if kinds[0] in ("cgroup", "cgroup2") and len(fields) > 4:
            yield kinds[0], kinds[-1].split(","), _unescape(fields[3]), _unescape(fields[4])


def _unescape(path: str) -> str:
    r"""Decode the octal escapes that the kernel uses for spaces in a path.

    >>> _unescape(r"/my\040groups")
    '/my groups'
    """
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), path)


def _file_cache(group: Path) -> int:
    """Return the bytes of the group's page cache that the kernel can reclaim."""
    sizes = dict(re.findall(r"^(\w+) (\d+)$", _read(group / "memory.stat"), re.MULTILINE))
    # Version 1 reports the total including descendants in a separate field.
    return int(sizes.get("total_inactive_file") or sizes.get("inactive_file") or 0)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="surrogateescape").strip()
    except OSError:
        return ""
