"""Command-line interface: parses arguments, makes one library call per command, and sets exit codes."""

from __future__ import annotations

import atexit
import os
import sys
from importlib import import_module

from sweep.cli.own_arguments import hide_own_arguments
from sweep.cli.streams import open_streams, output_problem
from sweep.errors import SweepError

__all__ = ["app", "main"]

INTERRUPTED = 130

try:
    from sweep.cli.app import app

    # The order in which `sweep --help` lists the commands.
    for _module in ("run", "steering", "simulate", "check", "report", "model", "cluster", "ui", "lecture"):
        import_module(f"sweep.cli.{_module}_commands")
except KeyboardInterrupt:
    # Ctrl-C while the commands load.
    raise SystemExit(INTERRUPTED) from None


def main() -> None:
    """Entry point of the command ``sweep``: every error ends in an exit code and a one-sentence message."""
    open_streams()
    try:
        hide_own_arguments()
        code = _run()
        if problem := output_problem():
            _print_error(problem)
            code = code or 1
    except KeyboardInterrupt:
        code = INTERRUPTED
    _exit_quickly(code)


def _run() -> int:
    try:
        app()
    except SystemExit as leaving:
        if isinstance(leaving.code, str):
            _print_error(leaving.code)
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except SweepError as error:
        _print_error(str(error))
        return error.exit_code
    except Exception as error:
        from sweep.cli.unexpected import explain

        _print_error(explain(error))
        return 1
    return 0


def _print_error(sentence: str) -> None:
    sys.stderr.write(f"error: {sentence}\n")


def _exit_quickly(code: int) -> None:
    """End the process immediately, because the regular teardown of Ray, MLflow and pandas takes a second."""
    run_exit_functions = getattr(atexit, "_run_exitfuncs", None)
    if run_exit_functions is None:
        # Without this private function, only a regular exit runs the exit handlers.
        sys.exit(code)
    run_exit_functions()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
