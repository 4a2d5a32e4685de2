"""Locks a folder so that only one process at a time writes to it."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from sweep.errors import ResultsError
from sweep.system.files import reported

LOCK, HOLDER = ".lock", ".holder.json"
"""The lock file, and the file that names the lock's holder; neither is ever copied to a URL."""


def lock_folder(folder: Path) -> BaseFileLock:
    """Acquire the lock of a folder.

    The operating system releases the lock when its process ends in any way, so that a lock is never stale.

    Args:
        folder: an existing folder.

    Raises:
        ResultsError: if another process holds the lock.
    """
    # The lock may be released by another thread than the one that acquired it.
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


def signal_holder(folder: Path, number: int) -> bool:
    """Send a signal to the process that writes a folder; returns whether there is one on this machine.

    Args:
        folder: the folder.
        number: the signal, such as ``signal.SIGTERM``.

    Raises:
        ResultsError: if the process runs on another machine, or is another user's.
    """
    lock = FileLock(folder / LOCK, thread_local=False)
    with reported(folder):
        try:
            lock.acquire(timeout=0)
        except Timeout:
            content = json.loads((folder / HOLDER).read_text(encoding="utf-8"))
            if content["host"] != socket.gethostname():
                raise ResultsError(
                    f"a sweep must be stopped on the machine that runs it. Received: `{folder}`, which "
                    f"{_holder(folder)} is writing. Run the command there."
                ) from None
            os.kill(content["pid"], number)
            return True
    lock.release()
    return False


def _holder(folder: Path) -> str:
    try:
        content = json.loads((folder / HOLDER).read_text(encoding="utf-8"))
        return f"process {content['pid']} on {content['host']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
