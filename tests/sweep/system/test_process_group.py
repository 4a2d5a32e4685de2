"""A program that was started in its own process group is ended with all that it has started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from sweep.system.process_group import end_group, group_options, kill_group, signal_group

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no process groups of this kind")


@pytest.fixture
def start():
    """Start a shell script in its own group; returns the process and the process that the script starts."""
    started = []

    def run(script):
        process = subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, text=True, **group_options())
        started.append(process)
        return process, int(process.stdout.readline())

    yield run
    for process in started:
        kill_group(process.pid)
        process.wait()
        process.stdout.close()


def has_ended(pid, seconds=3.0):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with open(f"/proc/{pid}/stat") as stream:
                if stream.read().rpartition(")")[2].split()[0] in "ZX":
                    return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.01)
    return False


PLAIN = "sleep 1000 & echo $!; wait"
STUBBORN = "trap '' TERM; (trap '' TERM; sleep 1000) & echo $!; while :; do wait; done"


def test_a_group_is_its_own_and_ctrl_c_does_not_reach_it(start):
    process, child = start(PLAIN)
    assert os.getpgid(process.pid) == os.getpgid(child) == process.pid != os.getpgid(0)


def test_a_signal_reaches_all_of_a_group(start):
    process, child = start(PLAIN)
    signal_group(process.pid, signal.SIGTERM)
    assert process.wait(3) == -signal.SIGTERM
    assert has_ended(child)


@pytest.mark.parametrize("script", [PLAIN, STUBBORN])
def test_killing_a_group_ends_all_of_it(start, script):
    process, child = start(script)
    kill_group(process.pid)
    assert process.wait(3) == -signal.SIGKILL
    assert has_ended(child)


def test_a_group_whose_first_process_has_ended_can_be_killed_still(start):
    process, child = start("sleep 1000 & echo $!")
    assert process.wait(3) == 0
    kill_group(process.pid)
    assert has_ended(child)


@pytest.mark.parametrize(("script", "last"), [(PLAIN, signal.SIGTERM), (STUBBORN, signal.SIGKILL)])
def test_a_group_is_asked_first_and_killed_after_a_while(start, script, last):
    process, child = start(script)
    end_group(process, 0.3)
    assert process.wait(3) == -last
    kill_group(process.pid)
    assert has_ended(child)


def test_ending_a_group_that_has_ended_is_no_error(start):
    process, _ = start("echo 1")
    process.wait(3)
    end_group(process, 0.1)
    kill_group(process.pid)
    signal_group(process.pid, signal.SIGTERM)
