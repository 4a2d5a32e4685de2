"""The package imports and trains where there is nothing that only POSIX has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import sweep

WITHOUT_POSIX = """
import os, signal, sys

# As on Windows; what is needed to load the libraries that sweeps use stays.
import asyncio, concurrent.futures, ctypes, multiprocessing, socket, subprocess, tempfile, threading, urllib.request
import numpy, pandas, pyarrow, pyarrow.parquet, pydantic, scipy.stats, rich, filelock, threadpoolctl, jinja2
for module in ("fcntl", "resource", "pwd", "grp", "termios"):
    sys.modules[module] = None
for name in ("fork", "killpg", "setsid", "getuid", "geteuid", "sched_getaffinity", "register_at_fork"):
    if hasattr(os, name):
        delattr(os, name)
for name in ("SIGHUP", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGKILL", "pthread_sigmask", "sigtimedwait"):
    if hasattr(signal, name):
        delattr(signal, name)
sys.platform = "win32" if sys.argv[1] == "win32" else "darwin"
from pathlib import Path

real_open, real_is_dir, real_exists = Path.open, Path.is_dir, Path.exists

def without(path):
    return str(path).startswith(("/proc", "/sys", "/dev/shm"))

def guarded(self, *arguments, **options):
    if without(self):
        raise FileNotFoundError(self)
    return real_open(self, *arguments, **options)

Path.open = guarded
Path.is_dir = lambda self, **options: not without(self) and real_is_dir(self, **options)
Path.exists = lambda self, **options: not without(self) and real_exists(self, **options)

from sweep import load_config, run
result = run(load_config(sys.argv[2]))
print(sorted(result.trials["status"].unique()), len(result.trials))
"""


def test_an_inline_sweep_trains_without_posix(tmp_path):
    (tmp_path / "small.yaml").write_text(
        "data: {name: iris}\ntrainer: {epochs: 2}\noptimizers: {sgd: {learning_rate: [0.1, 0.2]}}\nseeds: 2\n"
        "resources: {executor: inline}\nreport: false\ntracking: {enabled: false}\n"
    )
    for platform in ("win32", "darwin"):
        ended = subprocess.run(
            [sys.executable, "-c", WITHOUT_POSIX, platform, str(tmp_path / "small.yaml"), "--fresh"],
            cwd=tmp_path,
            env={"PYTHONPATH": str(Path(sweep.__file__).parents[1]), "PATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        assert ended.stdout.splitlines()[-1] == "['COMPLETED'] 4"


def test_no_file_of_a_sweep_has_a_name_that_windows_refuses(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(
        "data: {name: iris}\ntrainer: {epochs: 1}\nspace: {learning_rate: 0.1}\n"
        "optimizers: {sgd: {}, adam: {}}\nseeds: 2\n"
        "resources: {executor: inline}\n"
    )
    sweep.run(sweep.load_config("small.yaml"))
    made = [path.relative_to(tmp_path / "results") for path in (tmp_path / "results").rglob("*")]
    assert made
    for path in made:
        assert not set(str(path)) & set('<>:"|?*\\'), path
        assert all(not part.endswith((".", " ")) for part in path.parts), path
        assert len(str(path)) < 120, path
