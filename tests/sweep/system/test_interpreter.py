"""No file of the user's takes the place of Python's, of a library's or of ours, in any process of a sweep."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sweep
from sweep import load_config
from sweep.driver.prepare import prepare
from sweep.errors import SweepError
from sweep.system.interpreter import project_folder, python_command, working_folder_last

NAMES = ("copy", "numpy", "queue", "random", "ray", "secrets", "sweep", "trainers", "types")
OURS = ("sweep", "trainers", "queue", "random")
FILE = "data: {name: iris}\ntrainer: {epochs: 2}\noptimizers: {sgd: {learning_rate: [0.1, 0.2]}}\nseeds: 2\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_files_of_any_name_in_the_working_folder_have_no_effect(workplace, folder):
    file = workplace(folder, FILE)
    for name in NAMES:
        (folder / f"{name}.py").write_text("raise RuntimeError('the file of the user was imported')\n")
    done = subprocess.run(
        [shutil.which("sweep", path=str(Path(sys.executable).parent)) or "sweep", "run", str(file)],
        cwd=folder,
        env={**os.environ, "MLFLOW_TRACKING_URI": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "was imported" not in done.stdout
    assert len([*folder.glob("results/*/report.html")]) == 1


def test_python_m_puts_the_working_folder_last(folder):
    (folder / "random.py").write_text("raise RuntimeError('the file of the user was imported')\n")
    environment = {**os.environ, "PYTHONPATH": str(Path(sweep.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-m", "sweep", "plan", "none.yaml"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "was imported" not in done.stderr


def test_the_working_folder_is_there_once_and_last():
    assert working_folder_last(["", "/a", "/here", ".", "/b"], "/here") == ["/a", "/b", "/here"]


def test_a_module_named_like_one_of_python_s_is_refused_with_both(folder):
    (folder / "random.py").write_text("def make():\n    return 3\n")
    (folder / "case.yaml").write_text(
        "data: {name: iris}\nnetwork: {module: 'random:make'}\ntrainer: {backend: torch}\n"
        "optimizers: {sgd: {learning_rate: 0.1}}\n"
    )
    with pytest.raises(SweepError) as raised:
        prepare(load_config("case.yaml"))
    (line,) = str(raised.value).splitlines()
    assert f"`{folder / 'random.py'}`" in line
    assert "Received: random:make. Rename the file" in line


def test_files_of_the_working_folder_come_after_the_project_that_is_installed_in_place(tmp_path):
    for name in OURS:
        (tmp_path / f"{name}.py").write_text("raise RuntimeError\n", encoding="utf-8")
    (tmp_path / "my_own.py").write_text("", encoding="utf-8")
    # Installed in place, the project is on no path: an importer knows it, which is asked after all paths.
    ours = str(Path(__file__).parents[3])
    path = [entry for entry in sys.path if entry != ours]
    code = f"import my_own, {', '.join(OURS)}; print(sweep.__file__)"
    found = subprocess.run(
        python_command(code, working_folder_last(["", *path], str(tmp_path), project_folder())),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stdout.strip()) == (0, f"{ours}/sweep/__init__.py"), found.stderr
