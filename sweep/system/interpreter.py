"""Starts Python processes of the project, which find modules in the same order as this one."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

INSTALLED = ("site-packages", "dist-packages")


def python_command(code: str, path: Sequence[str]) -> list[str]:
    """The command of a process that runs ``code`` and looks for modules where ``path`` says.

    Python itself would put the working folder first, where a user's ``queue.py`` or ``sweep.py`` would be taken for
    Python's or ours.

    Args:
        code: statements, one line.
        path: folders; the empty one is left out.
    """
    folders = json.dumps([folder for folder in path if folder])
    return [sys.executable, "-c", f"import sys; sys.path[:] = {folders}; {code}"]


def working_folder_last(path: Sequence[str], folder: str, project: str | None = None) -> list[str]:
    """The same search path with the working folder behind all others.

    Args:
        path: as ``sys.path``; an empty entry is the working folder.
        folder: the working folder.
        project: folder of this project where it is installed in place, for which Python looks only after the path.

    >>> working_folder_last(["", "/lib"], "/home/me", "/code/ours")
    ['/lib', '/code/ours', '/home/me']
    """
    others = [entry for entry in path if entry not in ("", ".", folder, project)]
    return [*others, *([project] if project and project != folder else []), folder]


def project_folder() -> str | None:
    """The folder of this project's packages; None where they are installed among others."""
    folder = Path(__file__).resolve().parents[2]
    return None if folder.name in INSTALLED else os.fspath(folder)
