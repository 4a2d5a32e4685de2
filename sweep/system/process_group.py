"""Starts a program in its own process group, and ends the whole group."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from typing import Any


def group_options() -> dict[str, Any]:
    """Return arguments of `subprocess.Popen` for a new process group, which does not receive Ctrl-C."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def end_group(process: subprocess.Popen[Any], seconds: float) -> None:
    """Terminate the group, and kill processes that have not ended in time.

    On Windows only the first process is ended, immediately.

    Args:
        process: process started with `group_options`.
        seconds: how long the first process may take.
    """
    if sys.platform == "win32":
        process.terminate()
        process.wait(seconds)
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(seconds)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def signal_group(group: int, number: int) -> None:
    """Send a signal to all processes of a group; nothing happens if they have ended."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            os.killpg(group, number)


def kill_group(group: int) -> None:
    """End all processes of a group at once."""
    if sys.platform != "win32":
        signal_group(group, signal.SIGKILL)
