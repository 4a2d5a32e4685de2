"""The command line: parses, makes one library call a command, and turns errors into exit codes."""

from __future__ import annotations

import atexit
import os
import sys
from importlib import import_module

import typer

from sweep.cli.app import app
from sweep.errors import SweepError

__all__ = ["app", "main"]

# In the order in which `sweep --help` lists their commands.
for _module in ("running", "checking", "results", "service", "dashboard", "lecture"):
    import_module(f"sweep.cli.{_module}")


def main() -> None:
    """Entry point of the command ``sweep``."""
    try:
        app()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    except SweepError as error:
        typer.echo(f"error: {error}", err=True)
        code = error.exit_code
    _leave(code)


def _leave(code: int) -> None:
    """End the process at once: taking Ray, MLflow and pandas apart object by object takes a second."""
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
