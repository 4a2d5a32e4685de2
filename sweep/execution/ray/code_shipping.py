"""What travels to the nodes of a cluster: the project's code, and the user's own modules in a folder of their own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import trainers
from sweep.errors import ResourceError

MOST_BYTES = 100 * 2**20
"""Of Python files; more means that the working folder is not one project."""

OWN_CODE = "own-code"
"""Folder of the user's modules among what travels: Ray puts what travels before Python's own folders, where a user's
``queue.py`` would be taken for Python's. The workers add this one behind all others."""

IN_A_JOB = "RAY_JOB_CONFIG_JSON_ENV_VAR"
"""Ray sets it for what it starts as a job, whose code has travelled already."""


def travels(address: str | None) -> bool:
    """Whether code has to be brought along: not to this machine alone, nor within a Ray job."""
    return address is not None and IN_A_JOB not in os.environ


def pack_luggage(folder: Path, destination: Path) -> Path:
    """Copy the project's packages and the Python files of the user's folder.

    Data stays behind: workers get it through Ray's object store.

    Args:
        folder: from which the user's modules are imported.
        destination: an empty folder.

    Returns:
        ``destination``, to be the working folder of the workers.

    Raises:
        ResourceError: when the folder holds far more code than a project.
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
    for home in (Path(__file__).parents[2], Path(str(trainers.__file__)).parent):
        shutil.copytree(home, destination / home.name, ignore=shutil.ignore_patterns("__pycache__"))
    return destination


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
        files += [here / name for name in names if name.endswith(".py")]
    return files
