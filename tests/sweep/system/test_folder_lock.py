"""One process at a time holds the lock of a folder, and who does is named."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

import sweep
from sweep.errors import ResultsError
from sweep.system.folder_lock import HOLDER, lock_folder, signal_holder


def test_a_folder_that_is_locked_is_refused_with_the_name_of_its_holder_until_it_is_released(tmp_path):
    lock = lock_folder(tmp_path)
    said = rf"which process {os.getpid()} on .* is writing\. Wait for that run, or stop it\.$"
    with pytest.raises(ResultsError, match=said):
        lock_folder(tmp_path)
    lock.release()
    lock_folder(tmp_path).release()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 3}'])
def test_a_holder_whose_name_cannot_be_read_is_another_process(tmp_path, content):
    lock = lock_folder(tmp_path)
    (tmp_path / HOLDER).write_text(content)
    with pytest.raises(ResultsError, match="which another process is writing"):
        lock_folder(tmp_path)
    lock.release()


@contextmanager
def holding(folder):
    """Another process that holds the lock of a folder."""
    code = (
        "import sys, time; from pathlib import Path; from sweep.system.folder_lock import lock_folder\n"
        "lock = lock_folder(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(sweep.__file__).parents[1])},
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        try:
            yield holder
        finally:
            holder.kill()


def test_the_lock_of_a_process_that_was_killed_is_free(tmp_path):
    with holding(tmp_path) as holder:
        assert json.loads((tmp_path / HOLDER).read_text())["pid"] == holder.pid
        with pytest.raises(ResultsError, match=f"process {holder.pid} "):
            lock_folder(tmp_path)
        holder.send_signal(signal.SIGTERM)
        holder.wait()
        lock_folder(tmp_path).release()


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsError, match="the results folder must be writable"):
        lock_folder(tmp_path / "file" / "folder")


def test_the_process_that_writes_a_folder_gets_the_signal(tmp_path):
    with holding(tmp_path) as holder:
        assert signal_holder(tmp_path, signal.SIGTERM)
        assert holder.wait() == -signal.SIGTERM


def test_where_none_writes_there_is_none_to_signal_and_the_lock_is_free(tmp_path):
    assert not signal_holder(tmp_path, signal.SIGTERM)
    lock_folder(tmp_path).release()
    # The file that names the last holder stays; its process is not touched.
    assert (tmp_path / HOLDER).exists()
    assert not signal_holder(tmp_path, signal.SIGTERM)
    lock_folder(tmp_path).release()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"pid": 1, "host": "elsewhere"}, r"which process 1 on elsewhere is writing\. Run the command there"),
        ({}, r"which another process is writing\. Run the command there, or end that process\.$"),
    ],
)
def test_a_process_of_another_machine_is_not_signalled(tmp_path, monkeypatch, content, said):
    monkeypatch.setattr(os, "kill", None)
    lock = lock_folder(tmp_path)
    (tmp_path / HOLDER).write_text(json.dumps(content))
    with pytest.raises(ResultsError, match=said):
        signal_holder(tmp_path, signal.SIGTERM)
    lock.release()


@pytest.mark.parametrize("error", [PermissionError, ProcessLookupError])
def test_a_process_of_another_user_is_told_and_one_that_has_just_ended_is_none(tmp_path, monkeypatch, error):
    def fail(pid, number):
        raise error(1, "no")

    lock = lock_folder(tmp_path)
    monkeypatch.setattr(os, "kill", fail)
    if error is ProcessLookupError:
        assert not signal_holder(tmp_path, signal.SIGTERM)
    else:
        said = rf"must be stopped by the user who runs it\. .*process {os.getpid()} on {socket.gethostname()}"
        with pytest.raises(ResultsError, match=said):
            signal_holder(tmp_path, signal.SIGTERM)
    lock.release()
