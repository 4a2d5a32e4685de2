"""Unpacks a compressed file in memory, as far as the memory allows."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from trainers.data.files.content import Content
from trainers.data.files.memory import most_bytes, require_fits
from trainers.data.files.problems import unreadable
from trainers.errors import DataError, listed

BLOCK = 1 << 20

ERRORS = (OSError, EOFError, ValueError, RuntimeError, NotImplementedError, zlib.error, lzma.LZMAError)


def _open_zst(stream: BinaryIO) -> Any:
    import pyarrow as pa

    return pa.CompressedInputStream(pa.PythonFile(stream, mode="r"), "zstd")


OPENERS: Mapping[str, Callable[[BinaryIO], Any]] = {
    ".gz": partial(gzip.open, mode="rb"),
    ".bz2": partial(bz2.open, mode="rb"),
    ".xz": partial(lzma.open, mode="rb"),
    ".zst": _open_zst,
}
"""Ending -> how a stream of unpacked bytes is opened."""

PACKED = (*OPENERS, ".zip")
"""The endings of compressed files."""


def unpacked(content: Content, limit: int | None = None) -> Content:
    """Return the content of a compressed file, or the file itself if its ending is not in `PACKED`.

    Args:
        content: the file.
        limit: so many bytes may come out; `most_bytes` by default.

    Raises:
        DataError: if it is damaged, too large for the memory, or an archive of anything but one file without password.
    """
    if content.ending not in PACKED:
        return content
    limit = most_bytes() if limit is None else limit
    if content.ending == ".zip":
        return _unzipped(content, limit)
    try:
        with content.open() as packed, OPENERS[content.ending](packed) as stream:
            data = _read(content, stream, limit)
    except ERRORS as error:
        if isinstance(error, DataError):
            raise
        raise _damaged(content, error) from error
    return _within(content, Path(content.name).stem, data)


def _unzipped(content: Content, limit: int) -> Content:
    try:
        with content.open() as packed, zipfile.ZipFile(packed) as archive:
            # What macOS adds, and folders, are no data.
            entries = [
                entry
                for entry in archive.infolist()
                if not entry.is_dir() and not entry.filename.startswith("__MACOSX/")
                if Path(entry.filename).name != ".DS_Store"
            ]
            if len(entries) != 1:
                raise DataError(
                    f"the archive `{content.shown}` must hold one file. Received: {len(entries):,} "
                    f"({listed([entry.filename for entry in entries], most=5) or 'none'}). Unpack the one to train on."
                )
            entry = entries[0]
            if entry.flag_bits & 0x1:
                raise DataError(
                    f"the archive `{content.shown}` must not have a password. Received: one that has. Unpack it."
                )
            require_fits(content.shown, entry.file_size, limit)
            with archive.open(entry) as stream:
                data = _read(content, stream, limit)
    except (*ERRORS, zipfile.BadZipFile) as error:
        if isinstance(error, DataError):
            raise
        raise _damaged(content, error) from error
    return _within(content, Path(entry.filename).name, data)


def _read(content: Content, stream: Any, limit: int) -> bytes:
    """Read to the end, or to the limit."""
    data = bytearray()
    while block := stream.read(BLOCK):
        data += block
        require_fits(content.shown, len(data), limit)
    return bytes(data)


def _within(content: Content, name: str, data: bytes) -> Content:
    return Content(name=name, origin=content.origin, shown=content.shown, unpacked=data)


def _damaged(content: Content, error: Exception) -> DataError:
    return unreadable(content.shown, f"a whole {content.ending} file", error)
