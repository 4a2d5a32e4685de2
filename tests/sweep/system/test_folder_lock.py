"""One process at a time holds the lock of a folder, and who does is named."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import sweep
from sweep.errors import ResultsError
from sweep.system.folder_lock import HOLDER, lock_folder


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


def test_the_lock_of_a_process_that_was_killed_is_free(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from sweep.system.folder_lock import lock_folder\n"
        "lock = lock_folder(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(sweep.__file__).parents[1])},
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert json.loads((tmp_path / HOLDER).read_text())["pid"] == holder.pid
        with pytest.raises(ResultsError, match=f"process {holder.pid} "):
            lock_folder(tmp_path)
        holder.send_signal(signal.SIGTERM)
    lock_folder(tmp_path).release()


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsError, match="the results folder must be writable"):
        lock_folder(tmp_path / "file" / "folder")
