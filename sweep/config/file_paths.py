"""Resolves file paths in a configuration against the working folder, then against the sweep file's folder."""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweep.system.locations import with_home
from trainers.data.files import local_path, missing_file

if TYPE_CHECKING:
    from sweep.config.data import FileData

READ = (("data", "path"), ("data", "validation", "path"), ("data", "test", "path"), ("baseline",))
"""Keys whose values are paths of input files."""


def find_beside(values: dict[str | int, Any], folder: Path) -> tuple[str, ...]:
    """Redirect paths to the folder of the sweep's file where the working folder has no such file.

    Args:
        values: values of the document, modified in place.
        folder: folder of the sweep's file.

    Returns:
        one line for each path that was found there.
    """
    notes = []
    for *sections, key in READ:
        inside: Any = values
        for section in sections:
            inside = inside.get(section) if isinstance(inside, MutableMapping) else None
        given = inside.get(key) if isinstance(inside, MutableMapping) else None
        if not isinstance(given, str) or local_path(given) is None or Path(with_home(given)).exists():
            continue
        beside = folder / with_home(given)
        if beside.exists():
            inside[key] = str(beside)
            dotted = ".".join([*sections, key])
            notes.append(f"{dotted} {given} is {beside}, beside the sweep's file: the working folder has none")
    return tuple(notes)


def require_data_files(data: FileData, origin: str | None) -> None:
    """Refuse a data file, or folder, that does not exist, with the searched folders; URLs are not looked for.

    Args:
        data: what the configuration says of the data.
        origin: the sweep's file; None if there is none.

    Raises:
        DataError: for the first file that is missing.
    """
    folders = [Path.cwd(), *([Path(origin).absolute().parent] if origin else [])]
    for path in data.files:
        local = local_path(path)
        if local is not None and not local.exists():
            raise missing_file(local, folders)
