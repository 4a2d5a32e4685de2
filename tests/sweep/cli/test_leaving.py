"""The command ends with its exit code, and what was registered for the end of Python runs, in either way."""

from __future__ import annotations

import subprocess
import sys

import pytest

CODE = """
import atexit, sys
if sys.argv[1] == "without":
    del atexit._run_exitfuncs
atexit.register(lambda: print("registered"))
from sweep.cli import _exit_quickly
_exit_quickly(3)
"""


@pytest.mark.parametrize("private_part", ["with", "without"])
def test_the_exit_code_and_what_was_registered_are_the_same_either_way(private_part):
    ended = subprocess.run([sys.executable, "-c", CODE, private_part], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (3, "registered\n", "")
