"""Reads and writes the event log of a sweep, an append-only record in checksummed files.

Each start of a sweep writes its own file below ``events/``. A file begins with ``SWEEPLOG`` and the version of the
format. A record is a marker, the length and the CRC-32 of what follows, and a payload: the length of a JSON object,
the object, and the arrays that it describes. A record is on the disk, by ``fsync``, before `EventLog.append` returns.
Records that fail their checksum are never used.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import struct
import uuid
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from sweep.errors import ResultsError
from sweep.system.files import reported

VERSION = 1
MAGIC = b"SWEEPLOG"
HEADER = struct.Struct("<8sII")
"""Magic, version and the CRC-32 of both."""

MARKER = b"\xf5REC"
FRAME = struct.Struct("<4sII")
"""Marker, length of the payload, and the CRC-32 of length and payload."""

LENGTH = struct.Struct("<I")
COMPRESSED_BYTES = 1024
"""Arrays larger than this are compressed."""


@dataclass(frozen=True)
class Record:
    """One entry of the event log.

    Args:
        kind: kind of the record; see `sweep.running.log_records`.
        facts: JSON-serializable values.
        arrays: name -> numeric array of any shape.
    """

    kind: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)


class EventLog:
    """Appends records to a folder and reads them back; the caller holds the lock of the parent folder.

    Args:
        folder: folder of the files; created with the first record.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stream: BinaryIO | None = None

    def append(self, records: Sequence[Record]) -> None:
        """Write records durably: once this returns, they survive a crash of the process or machine.

        Raises:
            ResultsError: if they cannot be written; then none of them is kept.
        """
        if not records:
            return
        content = b"".join(map(encode, records))
        with reported(self._folder):
            stream = self._opened()
            if not os.fstat(stream.fileno()).st_nlink:
                # POSIX allows writes to a deleted file, which would be lost.
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            before = stream.tell()
            try:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            except OSError:
                # The next start would report a partial record as damage.
                with contextlib.suppress(OSError):
                    stream.seek(before)
                    stream.truncate()
                raise

    def read(self) -> tuple[list[Record], list[str]]:
        """Read all files in order.

        Returns:
            the records, and a sentence for each damaged range.

        Raises:
            ResultsError: if they were written by a newer version of this project.
        """
        records: list[Record] = []
        problems: list[str] = []
        for path in self.files():
            with reported(path):
                content = path.read_bytes()
            for found in decode(content, path):
                if isinstance(found, Record):
                    records.append(found)
                else:
                    problems.append(found)
        return records, problems

    def clear(self) -> None:
        """Delete all files."""
        self.close()
        for path in self.files():
            with reported(path):
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file that this start writes."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def files(self) -> list[Path]:
        """The files of all starts, the oldest first."""
        return sorted(self._folder.glob("*.log"))

    def _opened(self) -> BinaryIO:
        if self._stream is None:
            self._folder.mkdir(exist_ok=True)
            number = 1 + max((_number(path) for path in self.files()), default=0)
            # Two machines that resume from the same files must not create files of the same name.
            path = self._folder / f"{number:06d}-{uuid.uuid4().hex[:8]}.log"
            # Unbuffered, so that a write that failed on a full disk is not retried when the file is closed.
            stream = path.open("xb", buffering=0)
            head = HEADER.pack(MAGIC, VERSION, 0)[: -LENGTH.size]
            try:
                stream.write(head + LENGTH.pack(zlib.crc32(head)))
            except OSError:
                stream.close()
                raise
            self._stream = stream
        return self._stream


def encode(record: Record) -> bytes:
    """Encode a record for a log file."""
    arrays = {name: np.ascontiguousarray(values) for name, values in record.arrays.items()}
    body = b"".join(values.tobytes() for values in arrays.values())
    is_compressed = len(body) > COMPRESSED_BYTES
    described = {name: [values.dtype.str, list(values.shape)] for name, values in arrays.items()}
    facts = {"kind": record.kind, "facts": dict(record.facts), "arrays": described, "zlib": is_compressed}
    header = json.dumps(facts, separators=(",", ":")).encode()
    payload = LENGTH.pack(len(header)) + header + (zlib.compress(body, 1) if is_compressed else body)
    length = LENGTH.pack(len(payload))
    return MARKER + length + LENGTH.pack(zlib.crc32(payload, zlib.crc32(length))) + payload


def decode(content: bytes, path: Path) -> Iterator[Record | str]:
    """Yield the records of a file, and a sentence for each damaged range.

    Args:
        content: content of the file.
        path: path of the file, for messages.

    Raises:
        ResultsError: if the file was written by a newer version.
    """
    if not content:
        return
    position = HEADER.size
    if not _check_header(content, path):
        yield f"`{path}` does not begin as an event log; the trials that it held are trained again."
        position = 0
    while position < len(content):
        end = _end_of_record(content, position)
        if end is not None:
            yield _parse(content[position + FRAME.size : end])
            position = end
            continue
        following = _next_record(content, position + 1)
        if following is None:
            lost = len(content) - position
            yield f"The last {lost:,} bytes of `{path}` are no whole record; its trials are trained again."
            return
        yield (
            f"`{path}` is damaged from byte {position:,} to {following:,}; the trials that were recorded there are "
            "trained again."
        )
        position = following


def _check_header(content: bytes, path: Path) -> bool:
    if len(content) < HEADER.size:
        return False
    magic, version, checksum = HEADER.unpack_from(content)
    if magic != MAGIC or checksum != zlib.crc32(content[: HEADER.size - 4]):
        return False
    if version > VERSION:
        raise ResultsError(
            f"`{path}` must be an event log of version {VERSION} or older. Received: version {version}. "
            "Use the version of optimizer-sweep that has written it, or another `results` folder."
        )
    return True


def _end_of_record(content: bytes, position: int) -> int | None:
    """Return the end of the record that begins at ``position``; None if no valid record begins there."""
    if content[position : position + 4] != MARKER or position + FRAME.size > len(content):
        return None
    _, length, checksum = FRAME.unpack_from(content, position)
    start = position + FRAME.size
    if start + length > len(content):
        return None
    counted = zlib.crc32(content[position + 4 : position + 8])
    return start + length if zlib.crc32(memoryview(content)[start : start + length], counted) == checksum else None


def _next_record(content: bytes, position: int) -> int | None:
    while (position := content.find(MARKER, position)) >= 0:
        if _end_of_record(content, position) is not None:
            return position
        position += 1
    return None


def _parse(payload: bytes) -> Record:
    (size,) = LENGTH.unpack_from(payload)
    described = json.loads(payload[LENGTH.size : LENGTH.size + size])
    body = payload[LENGTH.size + size :]
    if described["zlib"]:
        body = zlib.decompress(body)
    arrays, offset = {}, 0
    for name, (dtype, shape) in described["arrays"].items():
        count = int(np.prod(shape, dtype=np.int64))
        arrays[name] = np.frombuffer(body, np.dtype(dtype), count, offset).reshape(shape)
        offset += arrays[name].nbytes
    return Record(described["kind"], described["facts"], arrays)


def _number(path: Path) -> int:
    digits = path.stem.partition("-")[0]
    return int(digits) if digits.isdecimal() else 0
