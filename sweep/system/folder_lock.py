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


def is_locked(folder: Path) -> bool:
    """Return whether a process holds the lock of a folder."""
    lock = FileLock(folder / LOCK, thread_local=False)
    with reported(folder):
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return True
    lock.release()
    return False


def signal_holder(folder: Path, number: int) -> bool:
    """Send a signal to the process that writes a folder; returns whether there is one on this machine.

    Args:
        folder: the folder.
        number: the signal, such as ``signal.SIGTERM``.

    Raises:
        ResultsError: if the process runs on another machine, is another user's, or is not known.
    """
    return _signal(folder, number) if is_locked(folder) else False


def _signal(folder: Path, number: int) -> bool:
    found = _read_holder(folder)
    if found is None or found[1] != socket.gethostname():
        raise ResultsError(
            f"a sweep must be stopped on the machine that runs it. Received: `{folder}`, which {_holder(folder)} is "
            "writing. Run the command there, or end that process."
        )
    try:
        os.kill(found[0], number)
    except ProcessLookupError:
        # It has ended in the meantime.
        return False
    except PermissionError as error:
        raise ResultsError(
            f"a sweep must be stopped by the user who runs it. Received: `{folder}`, which {_holder(folder)} is "
            "writing. Ask that user."
        ) from error
    return True


def _holder(folder: Path) -> str:
    found = _read_holder(folder)
    return "another process" if found is None else f"process {found[0]} on {found[1]}"


def _read_holder(folder: Path) -> tuple[int, str] | None:
    """The process and the machine that hold the lock; None if that cannot be read."""
    try:
        content = json.loads((folder / HOLDER).read_text(encoding="utf-8"))
        return int(content["pid"]), str(content["host"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
