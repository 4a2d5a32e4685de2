"""The worker's end: starts the process of the training with what it must know, and learns how it has ended."""

from __future__ import annotations

import os
import time

import pytest

from sweep.execution.sources import child_process as module
from sweep.execution.sources.child_process import THREADS, ChildProcess
from sweep.system.process_group import kill_group

ENVIRONMENT = """
    import os, sys
    AT_IMPORT = dict(os.environ)
    PATH = list(sys.path)

    def train(trial):
        for name in ("OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES", "SWEEP_TOKEN"):
            print(name, AT_IMPORT.get(name))
        print(os.path.samefile(PATH[-1], os.getcwd()), sys.stdin.read() == "")
        trial.report(val_loss=1)
"""


def test_variables_are_set_before_the_user_s_code_is_imported(workshop, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    monkeypatch.setenv("SWEEP_TOKEN", "secret")
    monkeypatch.setenv("OMP_NUM_THREADS", "64")
    own = workshop.function(ENVIRONMENT)
    assert own.train().status == "COMPLETED"
    assert own.output().splitlines() == [
        "OMP_NUM_THREADS 1",
        "CUDA_VISIBLE_DEVICES 3",
        "SWEEP_TOKEN None",
        "True True",
    ]


def test_the_threads_of_every_numerical_library_are_limited():
    assert {"OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"} <= set(THREADS)


@pytest.fixture
def child(tmp_path):
    """The process of a module; killed after the test."""
    started = []

    def start(code):
        (tmp_path / "child_of_test.py").write_text(code)
        started.append(ChildProcess({"function": "child_of_test:train"}, str(tmp_path), 2))
        return started[-1]

    yield start
    for process in started:
        process.kill()


def wait_for(child, kind, seconds=10.0):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for message in child.messages(0.1):
            if message["kind"] == kind:
                return message
        if not child.is_alive:
            return None
    return None


def test_it_is_ready_once_the_code_is_loaded_and_silence_counts_from_then(child):
    process = child("def train(trial): ...")
    assert process.silent_seconds < 0
    assert wait_for(process, "ready") == {"kind": "ready"}
    assert 0 <= process.silent_seconds < 5
    assert process.is_alive


@pytest.mark.parametrize(
    ("code", "death"),
    [
        ("import os; os._exit(7)", "ended with exit code 7"),
        ("import os; os.kill(os.getpid(), 11)", "was killed by SIGSEGV"),
    ],
)
def test_how_it_has_ended_is_told(child, code, death):
    process = child(code)
    assert wait_for(process, "ready") is None
    assert process.death == death
    assert not process.is_alive
    process.send("train")
    assert list(process.messages(0.0)) == []


def test_a_process_that_closes_its_connection_is_ended(child):
    process = child("import os, sys, time; os.close(int(sys.argv[1])); time.sleep(1000)")
    pid = process._process.pid
    assert wait_for(process, "ready") is None
    assert process.death in ("closed its connection", "was killed by SIGKILL")
    process.kill()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_it_leads_a_group_of_its_own_so_that_ctrl_c_does_not_reach_it(child):
    process = child("def train(trial): ...")
    pid = process._process.pid
    assert os.getpgid(pid) == pid != os.getpgid(0)


def test_killing_twice_is_no_error(child):
    process = child("def train(trial): ...")
    process.kill()
    process.kill()
    kill_group(process._process.pid)
    assert not process.is_alive
    assert process.stop(1.0) is False


def test_a_process_that_ends_by_itself_is_not_waited_for_longer(child):
    process = child("def train(trial): ...")
    wait_for(process, "ready")
    begin = time.monotonic()
    process.kill()
    assert time.monotonic() - begin < module.KILL_SECONDS


def test_many_open_files_are_no_obstacle(child):
    import resource

    low, high = resource.getrlimit(resource.RLIMIT_NOFILE)
    if high < 1200:
        pytest.skip("this machine allows fewer files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(low, 1200), high))
    held = [os.open(os.devnull, os.O_RDONLY) for _ in range(1030)]
    try:
        process = child("def train(trial): ...")
        assert wait_for(process, "ready") == {"kind": "ready"}
    finally:
        for descriptor in held:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (low, high))
