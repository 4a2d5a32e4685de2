"""The command line: parses, makes one library call a command, and turns errors into exit codes."""

from __future__ import annotations

import atexit
import os
import sys
from importlib import import_module

from sweep.cli.streams import open_streams, output_problem
from sweep.errors import SweepError

__all__ = ["app", "main"]

INTERRUPTED = 130

try:
    from sweep.cli.app import app

    # In the order in which `sweep --help` lists their commands.
    for _module in ("run", "check", "report", "cluster", "ui", "lecture"):
        import_module(f"sweep.cli.{_module}_commands")
except KeyboardInterrupt:
    # Ctrl-C while the commands load.
    raise SystemExit(INTERRUPTED) from None


def main() -> None:
    """Entry point of the command ``sweep``: whatever happens ends in an exit code, and at most in one sentence."""
    open_streams()
    try:
        code = _run()
        if problem := output_problem():
            _complain(problem)
            code = code or 1
    except KeyboardInterrupt:
        code = INTERRUPTED
    _leave(code)


def _run() -> int:
    try:
        app()
    except SystemExit as leaving:
        if isinstance(leaving.code, str):
            _complain(leaving.code)
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except SweepError as error:
        _complain(str(error))
        return error.exit_code
    except Exception as error:
        from sweep.cli.unexpected import explain

        _complain(explain(error))
        return 1
    return 0


def _complain(sentence: str) -> None:
    sys.stderr.write(f"error: {sentence}\n")


def _leave(code: int) -> None:
    """End the process at once: taking Ray, MLflow and pandas apart object by object takes a second."""
    run_exit_functions = getattr(atexit, "_run_exitfuncs", None)
    if run_exit_functions is None:
        # Python has no other way to run them than to end as usual.
        sys.exit(code)
    run_exit_functions()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
