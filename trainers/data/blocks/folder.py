"""The folder with the numbers of data that are read by blocks: one entry for each table and its options."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from trainers.data.blocks.analysis import Analysis
from trainers.data.blocks.column_file import ColumnFile, ColumnWriter
from trainers.data.blocks.stored_rows import StoredRows
from trainers.data.dataset import Dataset
from trainers.data.files.memory import free_bytes
from trainers.data.table_schema import ColumnSummary, TableSchema
from trainers.errors import DataError

VERSION = 1
"""Of what is in an entry; another one is written anew."""

UNUSED_SECONDS = 30 * 24 * 3600
"""An entry that was not used for so long is removed."""

NUMBERS, ABOUT = "numbers.bin", "about.json"


def blocks_folder(environ: Mapping[str, str]) -> Path:
    """The folder of this account.

    >>> blocks_folder({"XDG_CACHE_HOME": "/cache"}).as_posix()
    '/cache/optimizer-sweep/blocks'
    """
    cache = Path(environ["XDG_CACHE_HOME"]) if environ.get("XDG_CACHE_HOME") else Path.home() / ".cache"
    return cache / "optimizer-sweep" / "blocks"


def stamp_of(paths: Sequence[Path]) -> list[list[Any]]:
    """What tells whether files are the same as before: their paths, sizes and times of change."""
    found = []
    for path in paths:
        facts = path.stat()
        found.append([str(path.absolute()), facts.st_size, facts.st_mtime_ns])
    return found


def entry_of(
    folder: Path,
    stamp: list[list[Any]],
    options: str,
    size: int,
    rows: int,
    write: Callable[[ColumnWriter], Analysis],
) -> Analysis:
    """Return what is known of a table, and write it if it is not yet known.

    An entry appears with all of its files or not at all. Entries of files that have changed or are gone are removed.

    Args:
        folder: of `blocks_folder`.
        stamp: of the files of the table.
        options: all that decides what is read of them.
        size: bytes that it may take at most.
        rows: number of rows N.
        write: writes the numbers.

    Raises:
        DataError: if there is no room for it.
    """
    text = json.dumps([VERSION, stamp, options])
    entry = folder / hashlib.sha256(text.encode()).hexdigest()[:24]
    if (entry / ABOUT).exists():
        os.utime(entry)
        return _read(entry)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _remove_stale(folder)
        _require_room(folder, size)
        part = Path(tempfile.mkdtemp(prefix="part-", dir=folder))
        try:
            with ColumnWriter(part / NUMBERS, rows) as writer:
                found = write(writer)
            _write(part, found, stamp)
            # Another process may have written the same in the meantime.
            with contextlib.suppress(OSError):
                part.rename(entry)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    except OSError as error:
        raise DataError(
            f"the numbers of data that are read by blocks must be written to `{folder}`. "
            f"Received: {error.strerror or error}. Make room there, or name another folder by XDG_CACHE_HOME."
        ) from error
    return _read(entry)


def _require_room(folder: Path, size: int) -> None:
    free = free_bytes(folder)
    if size > free:
        raise DataError(
            f"the disk of `{folder}` must have room for the numbers of the data, {size / 1e9:,.1f} GB. "
            f"Received: {free / 1e9:,.1f} GB free. Make room there, or name another folder by XDG_CACHE_HOME."
        )


def _remove_stale(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.name.startswith("part-"):
            # Another process may be writing it.
            if time.time() - entry.stat().st_mtime > UNUSED_SECONDS:
                shutil.rmtree(entry, ignore_errors=True)
            continue
        try:
            stamp = json.loads((entry / ABOUT).read_text(encoding="utf-8"))["stamp"]
            is_stale = stamp_of([Path(path) for path, _, _ in stamp]) != stamp
            is_stale |= time.time() - entry.stat().st_mtime > UNUSED_SECONDS
        except (OSError, ValueError, KeyError, TypeError):
            is_stale = True
        if is_stale:
            shutil.rmtree(entry, ignore_errors=True)


def _write(entry: Path, found: Analysis, stamp: list[list[Any]]) -> None:
    dataset = found.dataset
    assert dataset.stored is not None
    for name, array in {"targets": dataset.targets, "keys": dataset.keys, "in_test": found.in_test}.items():
        if array is not None:
            np.save(entry / f"{name}.npy", array)
    about = {
        "stamp": stamp,
        "name": dataset.name,
        "task": dataset.task,
        "classes": dataset.classes,
        "feature_names": dataset.feature_names,
        "fingerprint": dataset.fingerprint,
        "schema": None if dataset.schema is None else dataset.schema.as_mapping(),
        "notes": dataset.notes,
        "columns": [asdict(column) for column in dataset.columns],
        "places": dataset.stored.columns,
        "rows": dataset.stored.file.rows,
    }
    (entry / ABOUT).write_text(json.dumps(about), encoding="utf-8")


def _read(entry: Path) -> Analysis:
    about = json.loads((entry / ABOUT).read_text(encoding="utf-8"))
    arrays: dict[str, Any] = {}
    for name in ("targets", "keys", "in_test"):
        path = entry / f"{name}.npy"
        arrays[name] = np.load(path, allow_pickle=False) if path.exists() else None
    file = ColumnFile(path=str((entry / NUMBERS).absolute()), rows=about["rows"])
    stored = StoredRows(file=file, columns=tuple(about["places"]), block_rows=1, window=1)
    dataset = Dataset(
        name=about["name"],
        inputs=cast("NDArray[Any]", stored),
        targets=arrays["targets"],
        task=about["task"],
        classes=tuple(about["classes"]),
        feature_names=tuple(about["feature_names"]),
        fingerprint=about["fingerprint"],
        schema=None if about["schema"] is None else TableSchema.from_mapping(about["schema"]),
        keys=arrays["keys"],
        columns=tuple(ColumnSummary(**column) for column in about["columns"]),
    )
    return Analysis(dataset=replace(dataset, notes=tuple(about["notes"])), in_test=arrays["in_test"])
