"""Reads the columns of a table one at a time: of Parquet files, and of a matrix of NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from trainers.data.blocks.column_file import ColumnWriter
from trainers.data.columns import cells_of
from trainers.data.feature_columns import Encode
from trainers.data.files import parquet
from trainers.data.files.arrow_frames import frame_of
from trainers.data.files.location import file_name, shown
from trainers.data.files.missing_words import with_missing
from trainers.data.files.problems import check_names, check_rows, unreadable
from trainers.data.numeric import MOST_EXACT
from trainers.errors import DataError

PORTION_BYTES = 16 * 2**20
"""Bytes of a matrix that are copied at once."""


class TableColumns(Protocol):
    """A table whose columns are read one at a time."""

    name: str
    names: list[str]
    rows: int
    paths: list[Path]
    notes: tuple[str, ...]

    def open(self, writer: ColumnWriter) -> None:
        """Bring the numbers into a file of columns, where they have to be."""

    def cells(self, name: str) -> tuple[NDArray[Any], Encode | None]:
        """Read the cells of a column (N,), and the encoding that the file declares."""

    def place(self, name: str) -> int | None:
        """The position of the column's numbers in the file of columns; None if they are not there yet."""


class ParquetColumns:
    """The columns of a Parquet file, or of all Parquet files of a folder.

    Args:
        path: as the user names it.
        local: the file or folder.
        missing: words and numbers that stand for a missing value.

    Raises:
        DataError: if it cannot be read.
    """

    def __init__(self, path: str, local: Path, missing: Sequence[str] = ()) -> None:
        self.name, self._shown, self._missing = file_name(path), shown(path), tuple(missing)
        self.paths = parquet.files_in(local, self._shown) if local.is_dir() else [local]
        self._parts = [parquet.partition_of(each.relative_to(local)) for each in self.paths]
        self.notes: tuple[str, ...] = ()
        if local.is_dir():
            self.notes = (f"folder of {len(self.paths):,} Parquet files",)
        names: list[list[str]] = []
        self._counts: list[int] = []
        for each, part in zip(self.paths, self._parts, strict=True):
            schema, count = self._facts(each)
            names.append([name for name in schema if not name.startswith(parquet.INDEX)])
            self._counts.append(count)
            parquet.require_same(str(each), names[0], names[-1], self._parts[0], part)
        self._partitions = [key for key in self._parts[0] if key not in names[0]]
        self.names, self.rows = [*names[0], *self._partitions], sum(self._counts)
        check_names(self.name, self._shown, self.names)
        check_rows(self.name, self.rows)

    def open(self, writer: ColumnWriter) -> None:
        """Parquet has its columns apart."""

    def place(self, name: str) -> int | None:
        """They are not there yet."""

    def cells(self, name: str) -> tuple[NDArray[Any], Encode | None]:
        """Read the cells of a column; see `TableColumns.cells`."""
        from trainers.data.tables import typed_categories

        if name in self._partitions:
            column = parquet.repeated([part[name] for part in self._parts], self._counts)
        else:
            column = self._column(name)
        frame = with_missing(frame_of({name: column}), self._missing)
        return cells_of(frame[name]), typed_categories(frame).get(name)

    def _column(self, name: str) -> Any:
        import pyarrow as pa

        tables = []
        for path in self.paths:
            with self._opened(path) as file:
                tables.append(file.read(columns=[name]).select([name]))
        try:
            return pa.concat_tables(tables, promote_options="permissive").column(0)
        except pa.ArrowException as error:
            rule = "a folder of Parquet files whose columns have the same types"
            raise unreadable(self._shown, rule, error) from error

    def _facts(self, path: Path) -> tuple[list[str], int]:
        with self._opened(path) as file:
            return list(file.schema_arrow.names), int(file.metadata.num_rows)

    def _opened(self, path: Path) -> Any:
        import pyarrow as pa
        from pyarrow import parquet as reader

        try:
            return reader.ParquetFile(str(path.absolute()))
        except (OSError, ValueError, pa.ArrowException) as error:
            raise unreadable(self._shown, parquet.EXPECTED, error) from error


class MatrixColumns:
    """The columns of a matrix in an NPY file, which are called 0, 1 and so on.

    Args:
        path: as the user names it.
        local: the file.
        missing: words and numbers that stand for a missing value.

    Raises:
        DataError: if it cannot be read, or is no matrix of numbers.
    """

    def __init__(self, path: str, local: Path, missing: Sequence[str] = ()) -> None:
        self.name, self._shown, self._missing = file_name(path), shown(path), tuple(missing)
        self.paths = [local]
        array = self._mapped()
        if not isinstance(array, np.ndarray) or array.ndim != 2 or array.dtype.kind not in "biuf":
            found = f"{array.dtype} {array.shape}" if isinstance(array, np.ndarray) else "several arrays"
            raise DataError(
                f"the array of `{self.name}` must be numbers of the shape (N, D) to be read by blocks. "
                f"Received: {found}. Save it as Parquet, or set `data.blocks: false`."
            )
        self.names, self.rows = [str(at) for at in range(array.shape[1])], len(array)
        self.notes: tuple[str, ...] = ("array of NumPy: columns are called 0, 1, ..., and -1 is the last",)
        check_names(self.name, self._shown, self.names)
        check_rows(self.name, self.rows)
        self._kind = array.dtype.newbyteorder("=")
        self._file: Any = None

    def _mapped(self) -> NDArray[Any]:
        try:
            found: NDArray[Any] = np.load(self.paths[0], mmap_mode="r", allow_pickle=False)
        except (OSError, EOFError, ValueError) as error:
            raise unreadable(self._shown, "a file of numpy.save", error) from error
        return found

    def open(self, writer: ColumnWriter) -> None:
        """Copy the matrix column after column, a portion of its rows at a time; it is read once."""
        writer.reserve(len(self.names))
        step = max(1, PORTION_BYTES // (8 * len(self.names)))
        for start in range(0, self.rows, step):
            # Mapped anew, so that what was read does not stay in the memory of the process.
            rows = np.array(self._mapped()[start : start + step])
            if rows.dtype.kind in "iu" and rows.itemsize == 8 and max(-int(rows.min()), int(rows.max())) >= MOST_EXACT:
                raise DataError(
                    f"the whole numbers of `{self.name}` must be below 2**53 to be read by blocks, or they lose digits."
                    f" Received: {max(-int(rows.min()), int(rows.max()))}. Save identifiers as text in Parquet."
                )
            writer.write_rows(start, rows.astype(np.float64))
        self._file = writer.flush()

    def place(self, name: str) -> int | None:
        """The position of the column."""
        return None if self._missing else int(name)

    def cells(self, name: str) -> tuple[NDArray[Any], Encode | None]:
        """Read the cells of a column; see `TableColumns.cells`."""
        import pandas as pd

        column = pd.DataFrame({name: self._file.column(int(name)).astype(self._kind, copy=False)}, copy=False)
        return cells_of(with_missing(column, self._missing)[name]), None
