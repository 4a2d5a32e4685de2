"""Each trial finds the standard streams as the module left them, whatever the trial before it did."""

from __future__ import annotations

import os
import sys

import pytest

from sweep.system.interpreter import python_command

PROGRAM = """
import os, sys
from sweep.execution.sources.standard_streams import StandardStreams
BEFORE
streams = StandardStreams()
for number in (1, 2):
    handle = os.open(f"{number}.log", os.O_WRONLY | os.O_CREAT)
    streams.direct([handle])
    print(number)
    os.system("echo by a command")
    print("error", file=sys.stderr)
    TRIAL
    streams.flush()
    streams.write_error("told\\n")
# At its end Python would flush what is no stream.
os._exit(0)
"""


@pytest.fixture
def printed(tmp_path, monkeypatch):
    """What two trials print, of which each ends with some statements."""

    def run(trial, before=""):
        monkeypatch.chdir(tmp_path)
        code = PROGRAM.replace("TRIAL", trial).replace("BEFORE", before)
        assert os.spawnv(os.P_WAIT, sys.executable, python_command(f"exec({code!r})", sys.path)) == 0
        return [(tmp_path / f"{number}.log").read_text().splitlines() for number in (1, 2)]

    return run


@pytest.mark.parametrize(
    "trial",
    [
        "pass",
        "sys.stdout.close(); sys.stderr.close()",
        "sys.stdout = None; sys.stderr = object()",
        "sys.stdout = open('mine.log', 'w')",
    ],
)
def test_each_trial_prints_to_its_own_file(printed, trial):
    lines = [["by a command", "error", f"{number}", "told"] for number in (1, 2)]
    assert [sorted(found, key=str.lower) for found in printed(trial)] == [sorted(found) for found in lines]


def test_what_the_module_made_of_a_stream_stays(printed):
    before = "print_ = type('Tee', (), {'write': lambda self, text: os.write(1, text.upper().encode())})"
    found = printed("pass", f"{before}; sys.stderr = print_()")
    assert all("ERROR" in lines for lines in found)
