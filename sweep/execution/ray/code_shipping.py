"""Copies the project's code and the user's modules into the folder that Ray sends to the cluster's nodes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import trainers
from sweep.errors import ResourceError

MOST_BYTES = 100 * 2**20
"""Limit for Python files; more means that the working folder contains more than one project."""

NOT_SHIPPED = shutil.ignore_patterns("__pycache__", "*.pyc", ".git*", ".venv", "*.egg-info")
"""What is left out when a folder of code is copied."""

SUFFIXES = (".py", ".sh")
"""Ends of the names of files of code; other files are a user's data."""

OWN_CODE = "own-code"
"""Subfolder of the user's modules. Ray puts the shipped folder first on the import path, where a user's ``queue.py``
would shadow Python's; the workers add this subfolder last."""

JOB_VARIABLE = "RAY_JOB_CONFIG_JSON_ENV_VAR"
"""Environment variable that Ray sets within a job, whose code has been shipped already."""


def ships_code(address: str | None) -> bool:
    """Whether code must be shipped: on a cluster, unless this process is part of a Ray job."""
    return address is not None and JOB_VARIABLE not in os.environ


def copy_code(folder: Path, destination: Path) -> Path:
    """Copy the project's packages and the Python files of the user's folder.

    Data is not copied: workers get it through Ray's object store.

    Args:
        folder: folder from which the user's modules are imported.
        destination: an empty folder.

    Returns:
        ``destination``, which becomes the working folder of the workers.

    Raises:
        ResourceError: if the folder contains far more code than one project.
    """
    size = 0
    for path in _python_files(folder):
        size += path.stat().st_size
        if size > MOST_BYTES:
            raise ResourceError(
                f"the working folder must hold at most {MOST_BYTES // 2**20} MB of Python files, which go to the "
                f"nodes. Received: `{folder}`. Run `sweep` in the folder of one project."
            )
        copy = destination / OWN_CODE / path.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    copy_project(destination)
    return destination


def copy_project(destination: Path) -> None:
    """Copy the packages of this project into a folder that is sent to another machine."""
    for home in (Path(__file__).parents[2], Path(str(trainers.__file__)).parent):
        shutil.copytree(home, destination / home.name, ignore=NOT_SHIPPED)


def _python_files(folder: Path) -> list[Path]:
    files = []
    for root, inner, names in os.walk(folder):
        here = Path(root)
        inner[:] = [
            name
            for name in inner
            if not name.startswith(".")
            and name not in ("__pycache__", "node_modules")
            and not (here / name / "pyvenv.cfg").exists()
        ]
        files += [here / name for name in names if name.endswith(SUFFIXES)]
    return files
