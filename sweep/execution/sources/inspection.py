"""Looks a user's function over in a process of its own, before a sweep starts."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from sweep.system.interpreter import project_folder, python_command, working_folder_last
from sweep.system.process_group import group_options, kill_group
from trainers.errors import did_you_mean
from trainers.imports import FORM, hidden_file
from trainers.user_code import attempt, describe

LOAD_SECONDS = 120.0
"""How long the module may take to load."""

LONGEST_ANSWER = 65536
"""What a pipe holds without being read."""


def inspect_function(path: str, folder: Path) -> str:
    """Return why a function cannot train, continuing "`trainer.function` ..."; empty if it can.

    The module is imported in another process, so that its size, its output and its end do not matter here; what it
    leaves running is ended.

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
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    code = f"from sweep.execution.sources.inspection import main; main({path!r}, {writing})"
    command = python_command(code, working_folder_last(sys.path, os.fspath(folder), project_folder()))
    try:
        has_ended = _run(command, folder, writing)
        answer = os.read(reading, LONGEST_ANSWER)
    except BlockingIOError:
        answer = b""
    finally:
        os.close(reading)
    if not has_ended:
        return f"must be in a module that loads within {LOAD_SECONDS:.0f} seconds. Received: {path}. Mend the module."
    if not answer:
        return f"must be in a module that can be imported. Received: {path}, which ends the process. Mend the module."
    return str(json.loads(answer))


def _run(command: Sequence[str], folder: Path, answer: int) -> bool:
    """Run a command until it ends, and then end what it has started; returns whether it has ended in time."""
    nothing = subprocess.DEVNULL
    try:
        process = subprocess.Popen(
            command, cwd=folder, stdin=nothing, stdout=nothing, stderr=nothing, pass_fds=[answer], **group_options()
        )
    finally:
        os.close(answer)
    with process:
        try:
            process.wait(LOAD_SECONDS)
            return True
        except subprocess.TimeoutExpired:
            return False
        finally:
            kill_group(process.pid)


def main(path: str, answer: int) -> None:
    """Write why a function cannot train to a file descriptor, in the process that `inspect_function` starts."""
    os.set_inheritable(answer, False)
    os.write(answer, json.dumps(problem_of(path)).encode())
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
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        return f"must be an ordinary function or a generator. Received: {name}, which is async. Write plain `def`."
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
