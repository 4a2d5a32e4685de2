"""What Linux control groups, versions 1 and 2, let this process use of CPUs and memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path("/")


def cpu_quota(root: Path = ROOT) -> float | None:
    """CPUs that the tightest of the process's groups grants; None without a quota.

    A limit of a group holds for all groups below it, so that the parents are read as well.

    Args:
        root: below which ``proc`` and ``sys`` lie.
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
    """Bytes that each of the process's groups may hold, and those it holds and cannot give back at once.

    Args:
        root: below which ``proc`` and ``sys`` lie.
    """
    limits = []
    for group in groups_of("memory", root):
        limit = _read(group / "memory.max") or _read(group / "memory.limit_in_bytes")
        if limit.isdecimal():
            usage = _read(group / "memory.current") or _read(group / "memory.usage_in_bytes")
            limits.append((int(limit), max(0, int(usage) - _file_cache(group)) if usage.isdecimal() else 0))
    return limits


def groups_of(controller: str, root: Path = ROOT) -> Iterator[Path]:
    """Folders of the groups that limit this process, the innermost first, up to the outermost that can be seen.

    In a container the group's name may be the host's, while only the part below the container is mounted.

    Args:
        controller: ``cpu`` or ``memory``.
        root: below which ``proc`` and ``sys`` lie.
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
    """The process's group for each controller of version 1, and for version 2 under the empty name."""
    names = {}
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, _, rest = line.partition(":")
        controllers, _, name = rest.partition(":")
        names.update(dict.fromkeys(controllers.split(","), name))
    return names


def _mounts(root: Path) -> Iterator[tuple[str, list[str], str, str]]:
    """Version, controllers, outermost group and folder of each mounted tree of groups."""
    for line in _read(root / "proc/self/mountinfo").splitlines():
        where, _, what = line.partition(" - ")
        fields, kinds = where.split(" "), what.split(" ")
        if kinds[0] in ("cgroup", "cgroup2") and len(fields) > 4:
            yield kinds[0], kinds[-1].split(","), _unescape(fields[3]), _unescape(fields[4])


def _unescape(path: str) -> str:
    r"""Give back the blanks of a path that the kernel spells as octal numbers.

    >>> _unescape(r"/my\040groups")
    '/my groups'
    """
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), path)


def _file_cache(group: Path) -> int:
    """Bytes of files that the kernel keeps for the group and drops when memory is asked for."""
    sizes = dict(re.findall(r"^(\w+) (\d+)$", _read(group / "memory.stat"), re.MULTILINE))
    # Version 1 counts the groups below a group apart, in a sum of its own.
    return int(sizes.get("total_inactive_file") or sizes.get("inactive_file") or 0)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="surrogateescape").strip()
    except OSError:
        return ""
