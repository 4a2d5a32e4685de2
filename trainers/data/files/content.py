"""The bytes of a data file, in a file of this machine or unpacked in memory."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


@dataclass(frozen=True, eq=False, kw_only=True)
class Content:
    """A file whose bytes can be read, several times.

    Args:
        name: whose ending tells the format, such as ``pets.csv`` for the file within ``pets.csv.gz``.
        origin: the file's name in messages, as the user knows it.
        shown: the whole path in messages, without secrets.
        path: of a file that is not compressed.
        unpacked: the bytes of one that was.
    """

    name: str
    origin: str
    shown: str
    path: Path | None = None
    unpacked: bytes | None = None

    @property
    def ending(self) -> str:
        """The ending of the name in small letters, such as ``.csv``."""
        return Path(self.name).suffix.lower()

    @property
    def size(self) -> int:
        """Number of bytes."""
        return self.path.stat().st_size if self.path is not None else len(self.unpacked or b"")

    def open(self) -> BinaryIO:
        """Open the bytes for reading from their beginning."""
        return self.path.open("rb") if self.path is not None else io.BytesIO(self.unpacked or b"")

    def head(self, size: int) -> bytes:
        """Read the first bytes."""
        with self.open() as stream:
            return stream.read(size)

    def counts(self, *single: bytes) -> tuple[int, ...]:
        """Count how often each of some bytes occurs."""
        found = [0] * len(single)
        with self.open() as stream:
            while block := stream.read(1 << 20):
                # To find out that there is none is much faster than to count.
                found = [
                    count + (block.count(byte) if byte in block else 0)
                    for count, byte in zip(found, single, strict=True)
                ]
        return tuple(found)

    def line_of(self, part: bytes) -> int | None:
        """Return the number of the first line, from 1, that contains some bytes; None if none does."""
        with self.open() as lines:
            return next((number for number, line in enumerate(lines, 1) if part in line), None)
