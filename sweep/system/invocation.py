"""Spells the commands that are shown, so that they work where the user types them."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from functools import cache
from pathlib import Path

NAME = "sweep"


def command(*words: str) -> str:
    """The command line that runs this program with ``words``, quoted for a shell."""
    return shlex.join([program(), *words])


def program() -> str:
    """What starts this program: ``sweep`` where the shell finds this one by its name, or else its path."""
    return _find(os.environ.get("PATH", ""), os.getcwd())


@cache
def _find(search: str, folder: str) -> str:
    # Beside the interpreter, where an installation puts it; a library that runs sweeps has another name itself.
    own = Path(sys.executable).parent / NAME
    found = shutil.which(NAME, path=search)
    if not own.exists() or (found is not None and Path(found).resolve() == own.resolve()):
        return NAME
    if own.is_relative_to(folder):
        return own.relative_to(folder).as_posix()
    return own.as_posix()
