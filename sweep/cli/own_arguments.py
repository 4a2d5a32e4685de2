"""Hides passwords that the user gives on the command line from the list of processes of the machine."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence

from sweep.errors.masking import hide_secrets

VARIABLE = "SWEEP_ARGUMENTS"
"""Arguments with their passwords, as JSON, for the process that follows; only the user can read an environment."""


def hide_own_arguments() -> None:
    """Start this process again with masked arguments, if an address among them holds a password.

    Every user of the machine can read the arguments of a process for as long as it runs. The process keeps its id, and
    gets the real arguments through its environment, from which they are removed before anything else is started.
    """
    if (given := os.environ.pop(VARIABLE, None)) is not None:
        sys.argv[1:] = json.loads(given)
        return
    arguments = sys.argv[1:]
    # Where a program calls this function, its own arguments are not ours to change; Windows starts another process.
    if os.name != "posix" or not arguments or sys.orig_argv[-len(arguments) :] != arguments:
        return
    if (hidden := masked(arguments)) != arguments:
        kept = sys.orig_argv[1 : -len(arguments)]
        os.execve(sys.executable, [sys.orig_argv[0], *kept, *hidden], {**os.environ, VARIABLE: json.dumps(arguments)})


def masked(arguments: Sequence[str]) -> list[str]:
    """Return arguments in which the passwords of addresses are masked.

    >>> masked(["run", "a.yaml", "tracking.uri=http://ada:secret@host"])
    ['run', 'a.yaml', 'tracking.uri=http://***@host']
    """
    return [hide_secrets(argument) for argument in arguments]
