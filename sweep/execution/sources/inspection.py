"""Looks a user's function over in a process of its own, before a sweep starts."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from sweep.system.interpreter import project_folder, python_command, working_folder_last
from trainers.errors import did_you_mean
from trainers.imports import FORM, hidden_file
from trainers.user_code import attempt, describe

MARK = "\x1eproblem:"
"""Begins the line of the answer, so that what the user's code prints is not taken for it."""

LOAD_SECONDS = 120.0
"""How long the module may take to load."""


def inspect_function(path: str, folder: Path) -> str:
    """Return why a function cannot train, continuing "`trainer.function` ..."; empty if it can.

    The module is imported in another process, so that its size, its output and its end do not matter here.

    Args:
        path: the function as ``module:name``.
        folder: the working folder, in which modules are looked for.
    """
    if not FORM.fullmatch(path):
        return f"must name a module and a function in it. Received: {path}. Write such as `my_project.train:train`."
    if (hidden := hidden_file(path.partition(":")[0].partition(".")[0])) is not None:
        return (
            f"names a module of which there are two: `{hidden}`, and one of Python or of an installed package, which "
            f"comes first. Received: {path}. Rename the file, and give its new name."
        )
    code = f"from sweep.execution.sources.inspection import main; main({path!r})"
    command = python_command(code, working_folder_last(sys.path, os.fspath(folder), project_folder()))
    try:
        ended = subprocess.run(
            command, cwd=folder, capture_output=True, stdin=subprocess.DEVNULL, timeout=LOAD_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"must be in a module that loads within {LOAD_SECONDS:.0f} seconds. Received: {path}. Mend the module."
    for line in ended.stdout.decode(errors="replace").split("\n"):
        if line.startswith(MARK):
            return str(json.loads(line.removeprefix(MARK)))
    return f"must be in a module that can be imported. Received: {path}, which ends the process. Mend the module."


def main(path: str) -> None:
    """Print why a function cannot train, in the process that `inspect_function` starts."""
    answer = f"\n{MARK}{json.dumps(problem_of(path))}\n"
    sys.stdout.write(answer)
    sys.stdout.flush()
    os._exit(0)


def problem_of(path: str) -> str:
    """Import a function and return why it cannot train; empty if it can.

    Args:
        path: the function as ``module:name``.
    """
    name, _, attribute = path.partition(":")
    module, error = attempt(lambda: import_module(name))
    if error is not None:
        return (
            f"names a module that cannot be imported: {describe(error)}. Received: {path}. "
            "Check the name; modules are looked for in the working folder and among the installed packages."
        )
    if not hasattr(module, attribute):
        public = [known for known in vars(module) if not known.startswith("_")]
        return f"names something that `{name}` does not have. Received: {path}." + (
            did_you_mean(attribute, public) or " Check the name."
        )
    return signature_problem(getattr(module, attribute), path)


def signature_problem(function: object, name: str) -> str:
    """Return why an object cannot be called with a trial; empty if it can."""
    if not callable(function):
        return f"must be a function. Received: {name}, which is {type(function).__name__}. Name a function."
    try:
        inspect.signature(function).bind("trial")
    except TypeError:
        return (
            f"must be a function that takes one argument, the trial. Received: {name}"
            f"{inspect.signature(function)}. Write such as `def train(trial):`."
        )
    except ValueError:
        # Functions of compiled modules may have no signature.
        return ""
    return ""
