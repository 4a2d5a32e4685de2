"""How large a file may be, unpacked, to be read into the memory of this machine."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from trainers.errors import DataError

SHARE = 0.5
"""Of the memory: the file and the table that is made of it must both fit."""

UNKNOWN = 16 * 1024**3
"""Bytes of memory that are assumed where the system does not tell."""

CONTROL_GROUPS = ("sys/fs/cgroup/memory.max", "sys/fs/cgroup/memory/memory.limit_in_bytes")


def most_bytes(root: Path = Path("/")) -> int:
    """Return how many bytes a file may have, unpacked.

    Args:
        root: folder that contains ``sys``.
    """
    total = UNKNOWN
    if hasattr(os, "sysconf") and {"SC_PHYS_PAGES", "SC_PAGE_SIZE"} <= os.sysconf_names.keys():
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for place in CONTROL_GROUPS:
        try:
            text = (root / place).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            continue
        if text.isdigit():
            total = min(total, int(text))
    return int(total * SHARE)


def free_bytes(folder: Path) -> int:
    """Return how many bytes the disk of a folder has room for."""
    return shutil.disk_usage(folder).free


def require_fits(shown: str, size: int, limit: int | None = None) -> None:
    """Refuse a file that is too large for the memory.

    Args:
        shown: the file.
        size: its bytes, unpacked; more than the limit if it was not unpacked to its end.
        limit: of `most_bytes`, which is the default.

    Raises:
        DataError: with both numbers.
    """
    limit = most_bytes() if limit is None else limit
    if size > limit:
        raise DataError(
            f"`{shown}` must have at most {_megabytes(limit)}, unpacked, to be read on this machine. "
            f"Received: {_megabytes(size)} or more. Take a sample of its rows, or a machine with more memory."
        )


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB" if size >= 1e6 else f"{size:,} bytes"
