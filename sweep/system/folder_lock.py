"""Lets one process at a time write to a folder."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from sweep.errors import ResultsError
from sweep.system.files import reported

LOCK, HOLDER = ".lock", ".holder.json"
"""The lock file, and who holds the lock: they say nothing anywhere else and are never copied."""


def lock_folder(folder: Path) -> BaseFileLock:
    """Take the lock of a folder until it is released.

    The operating system frees the lock when its process ends, however that ends, so a lock is never stale.

    Args:
        folder: it must exist.

    Raises:
        ResultsError: if another process holds the lock.
    """
    # Whoever closes a folder need not be the thread that has opened it.
    lock = FileLock(folder / LOCK, thread_local=False)
    with reported(folder):
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise ResultsError(
                f"a sweep must be written by one run at a time. Received: `{folder}`, which {_holder(folder)} is "
                "writing. Wait for that run, or stop it."
            ) from None
        holder = {"pid": os.getpid(), "host": socket.gethostname()}
        try:
            (folder / HOLDER).write_text(json.dumps(holder), encoding="utf-8")
        except OSError:
            lock.release()
            raise
    return lock


def _holder(folder: Path) -> str:
    try:
        content = json.loads((folder / HOLDER).read_text(encoding="utf-8"))
        return f"process {content['pid']} on {content['host']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
