"""Builds commands for Python subprocesses that have the same module search order as this process."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

INSTALLED = ("site-packages", "dist-packages")


def python_command(code: str, path: Sequence[str]) -> list[str]:
    """Return the command of a process that runs ``code`` with the module search path ``path``.

    By default Python puts the working folder first, where a user's ``queue.py`` or ``sweep.py`` would shadow Python's
    or ours.

    Args:
        code: statements on one line.
        path: folders; empty entries are omitted.
    """
    folders = json.dumps([folder for folder in path if folder])
    return [sys.executable, "-c", f"import sys; sys.path[:] = {folders}; {code}"]


def working_folder_last(path: Sequence[str], folder: str, project: str | None = None) -> list[str]:
    """Return the search path with the working folder moved to the end.

    Args:
        path: search path like ``sys.path``; an empty entry is the working folder.
        folder: the working folder.
        project: folder of this project if it is an editable install, which Python would search only after the path.

    >>> working_folder_last(["", "/lib"], "/home/me", "/code/ours")
    ['/lib', '/code/ours', '/home/me']
    """
    others = [entry for entry in path if entry not in ("", ".", folder, project)]
    return [*others, *([project] if project and project != folder else []), folder]


def project_folder() -> str | None:
    """Return the folder of this project's packages; None if they are installed in site-packages."""
    folder = Path(__file__).resolve().parents[2]
    return None if folder.name in INSTALLED else os.fspath(folder)
