"""Reads two named arrays, inputs and targets, from an NPZ file of NumPy."""

from __future__ import annotations

import zipfile
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.data.files.array_header import require_sound_array
from trainers.data.files.content import Content
from trainers.data.files.memory import require_fits
from trainers.data.files.problems import unreadable
from trainers.errors import DataError, did_you_mean, listed


def read_arrays(content: Content, names: tuple[str, str]) -> list[NDArray[Any]]:
    """Read the arrays of inputs and of targets.

    Args:
        content: the file.
        names: of the two arrays.

    Raises:
        DataError: if the file cannot be read, or has no such array.
    """
    arrays: list[NDArray[Any]] = []
    try:
        # Objects are never unpickled: a data file must not be able to run code.
        with content.open() as stream:
            archive = np.load(stream, allow_pickle=False)
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise ValueError("a single array without a name")
            entries = archive.zip.infolist() if archive.zip is not None else []
            require_fits(content.shown, sum(int(entry.file_size) for entry in entries))
            available = list(archive.files)
            for entry in entries:
                if entry.filename.removesuffix(".npy") in names and archive.zip is not None:
                    with archive.zip.open(entry) as packed:
                        require_sound_array(content.shown, packed, int(entry.file_size))
            arrays += [archive[name] for name in names if name in available]
    except (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        if isinstance(error, DataError):
            raise
        raise unreadable(content.shown, "a file of numpy.savez", error) from error
    for name in names:
        if name not in available:
            raise DataError(
                f"`{content.origin}` has no array `{name}`.{did_you_mean(name, available)} "
                f"Arrays: {listed(available)}. Name the two by `inputs` and `target`."
            )
    return arrays
