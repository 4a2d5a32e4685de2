"""A password that is given on the command line is not read off the list of processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sweep.cli.own_arguments import VARIABLE, hide_own_arguments, masked

PROGRAM = """
import json, os, sys
from sweep.cli.own_arguments import VARIABLE, hide_own_arguments
hide_own_arguments()
with open("/proc/self/cmdline") as file:
    seen = file.read()
print(json.dumps([sys.argv[1:], VARIABLE in os.environ, seen]))
"""


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="reads Linux' list of processes")
@pytest.mark.parametrize("given", [["run", "tracking.uri=http://me:hunter2@host", "é ü"], ["run", "a b"], []])
def test_the_command_gets_what_was_given_and_the_list_of_processes_shows_no_password(given):
    shown = subprocess.run([sys.executable, "-c", PROGRAM, *given], capture_output=True, text=True, check=True)
    arguments, is_left, seen = json.loads(shown.stdout)
    assert arguments == given
    assert not is_left
    assert "hunter2" not in seen
    assert seen.split("\0")[-1 - len(given) : -1] == masked(given)


def test_a_program_that_calls_the_command_line_with_other_arguments_is_left_alone(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["sweep", "run", "tracking.uri=http://me:hunter2@host"])
    hide_own_arguments()
    assert sys.argv[2] == "tracking.uri=http://me:hunter2@host"
    assert VARIABLE not in os.environ
