"""Formats the commands shown to the user so that they work in the user's shell."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from functools import cache
from pathlib import Path

NAME = "sweep"


def command(*words: str) -> str:
    """Return the command line that runs this program with ``words``, quoted for a shell."""
    return shlex.join([program(), *words])


def program() -> str:
    """Return ``sweep`` if the shell finds this program under that name, or else its path."""
    return _find(os.environ.get("PATH", ""), os.getcwd())


@cache
def _find(search: str, folder: str) -> str:
    # The script is installed next to the interpreter; sys.argv[0] may be a program that uses this library.
    own = Path(sys.executable).parent / NAME
    found = shutil.which(NAME, path=search)
    if not own.exists() or (found is not None and Path(found).resolve() == own.resolve()):
        return NAME
    if own.is_relative_to(folder):
        return own.relative_to(folder).as_posix()
    return own.as_posix()
