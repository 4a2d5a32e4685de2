"""Reads Feather, which is also called Arrow's IPC format, as a file or as a stream."""

from __future__ import annotations

from typing import Any

from trainers.data.files.arrow_frames import frame_of
from trainers.data.files.content import Content
from trainers.data.files.memory import require_fits
from trainers.data.files.problems import check_names, check_rows, unreadable
from trainers.data.files.table import FileOptions, Table
from trainers.errors import DataError

EXPECTED = "a Feather or Arrow file"

FILE = b"ARROW1"
"""What a file begins with; a stream, which Hugging Face's `datasets` writes, does not."""


def read(content: Content, options: FileOptions) -> Table:
    """Read a Feather file, or a file or stream of Arrow.

    Args:
        content: the file.
        options: nothing of them applies.

    Raises:
        DataError: if it cannot be read.
    """
    import pyarrow as pa

    require_fits(content.shown, content.size)
    if content.head(4) == b"FEA1":
        raise unreadable(content.shown, EXPECTED, "version 1 of Feather, of before 2020")
    try:
        table = _read(content)
        check_names(content.origin, content.shown, table.column_names)
        check_rows(content.origin, table.num_rows)
        frame = frame_of(dict(zip(table.column_names, table.columns, strict=True)))
    except (OSError, ValueError, NotImplementedError, pa.ArrowException) as error:
        if isinstance(error, DataError):
            raise
        raise unreadable(content.shown, EXPECTED, error) from error
    return Table(name=content.origin, frame=frame, is_typed=True)


def _read(content: Content) -> Any:
    import pyarrow as pa
    from pyarrow import ipc

    source = content.path if content.path is not None else pa.BufferReader(content.unpacked)
    with pa.OSFile(str(source.absolute())) if content.path is not None else source as stream:
        opened = ipc.open_file if content.head(len(FILE)) == FILE else ipc.open_stream
        with opened(stream) as reader:
            table = reader.read_all()
    # pandas stores an unnamed index under this name: a row number, not an input.
    kept = [at for at, name in enumerate(table.column_names) if not name.startswith("__index_level_")]
    return table.select(kept)
