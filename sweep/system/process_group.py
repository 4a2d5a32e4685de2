"""Starts a program with all processes that it will start in a group of their own, and ends the whole group."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any


def group_options() -> dict[str, Any]:
    """Arguments of `subprocess.Popen` that give the process a group of its own, which Ctrl-C does not reach."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def end_group(process: subprocess.Popen[Any], seconds: float) -> None:
    """Ask the group to end, and kill what has not ended in time.

    Windows ends the first process alone, and at once.

    Args:
        process: started with `group_options`.
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
