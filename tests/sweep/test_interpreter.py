"""Processes of the project find its modules and Python's own before those of the working folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sweep.interpreter import project_folder, python_command, working_folder_last

NAMES = ("sweep", "trainers", "queue", "random")


def test_files_of_the_working_folder_come_after_the_project_that_is_installed_in_place(tmp_path):
    for name in NAMES:
        (tmp_path / f"{name}.py").write_text("raise RuntimeError\n", encoding="utf-8")
    (tmp_path / "my_own.py").write_text("", encoding="utf-8")
    # Installed in place, the project is on no path: an importer knows it, which is asked after all paths.
    ours = str(Path(__file__).parents[2])
    path = [entry for entry in sys.path if entry != ours]
    code = f"import my_own, {', '.join(NAMES)}; print(sweep.__file__)"
    found = subprocess.run(
        python_command(code, working_folder_last(["", *path], str(tmp_path), project_folder())),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stdout.strip()) == (0, f"{ours}/sweep/__init__.py"), found.stderr
