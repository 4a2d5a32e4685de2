"""A file of numbers, column after column, of which rows or columns are read and never all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Self

from trainers.errors import DataError

Floats = NDArray[np.float64]
NUMBER = np.dtype("<f8")
"""Numbers are kept as they would be in memory, so that reading by blocks rounds nothing."""


@dataclass(frozen=True, kw_only=True)
class ColumnFile:
    """A file of columns of equal length.

    It holds no open file, so that it can be sent to another process of the machine; the system's cache of the file is
    shared by all processes.

    Args:
        path: of the file.
        rows: number of rows N.
    """

    path: str
    rows: int

    def column(self, at: int) -> Floats:
        """Read a column, (N,)."""
        found = np.empty(self.rows)
        self._read([at], 0, self.rows, found[np.newaxis])
        return found

    def block(self, columns: Sequence[int], start: int, stop: int) -> Floats:
        """Read the rows from ``start`` to before ``stop``: (stop - start, len(columns)), C-contiguous."""
        found = np.empty((len(columns), stop - start))
        self._read(columns, start, stop, found)
        return np.ascontiguousarray(found.T)

    def _read(self, columns: Sequence[int], start: int, stop: int, found: Floats) -> None:
        try:
            with Path(self.path).open("rb") as file:
                for place, at in enumerate(columns):
                    file.seek((at * self.rows + start) * NUMBER.itemsize)
                    count = file.readinto(found[place].data.cast("B"))
                    if count != (stop - start) * NUMBER.itemsize:
                        raise OSError("it ends early")
        except OSError as error:
            raise DataError(
                f"the numbers of the data must stay in `{self.path}` while they are trained on, on the machine of each "
                f"worker. Received: {error.strerror or error}. Run the same command again, which writes them again."
            ) from error
        if NUMBER.newbyteorder("=") != NUMBER:
            found.byteswap(inplace=True)


class ColumnWriter:
    """Writes a `ColumnFile` column by column.

    Args:
        path: of the file, which must not exist.
        rows: number of rows N.
    """

    def __init__(self, path: Path, rows: int) -> None:
        self.path, self.rows, self.columns = path, rows, 0
        self._file: BinaryIO = path.open("xb")

    def append(self, column: NDArray[np.float64]) -> int:
        """Write a column (N,) behind the others, and return its position."""
        self._file.seek(self.columns * self.rows * NUMBER.itemsize)
        np.ascontiguousarray(column, dtype=NUMBER).tofile(self._file)
        self.columns += 1
        return self.columns - 1

    def reserve(self, columns: int) -> None:
        """Make room for columns that `write_rows` fills."""
        self.columns += columns

    def write_rows(self, start: int, rows: NDArray[np.float64]) -> None:
        """Write some rows (n, columns) of the first columns, from row ``start``."""
        for at, column in enumerate(np.ascontiguousarray(rows.T, dtype=NUMBER)):
            self._file.seek((at * self.rows + start) * NUMBER.itemsize)
            column.tofile(self._file)

    def flush(self) -> ColumnFile:
        """Return what has been written, to be read."""
        self._file.flush()
        return ColumnFile(path=str(self.path), rows=self.rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()
