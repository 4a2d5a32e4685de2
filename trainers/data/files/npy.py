"""Reads a table from an NPY file of NumPy: the columns of a matrix, or the named fields of records."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.data.files.array_header import require_sound_array
from trainers.data.files.content import Content
from trainers.data.files.memory import require_fits
from trainers.data.files.problems import check_names, check_rows, unreadable
from trainers.data.files.table import FileOptions, Table
from trainers.errors import DataError


def read(content: Content, options: FileOptions) -> Table:
    """Read a matrix, whose columns are called 0, 1 and so on, or records, whose fields have names.

    Args:
        content: the file.
        options: nothing of them applies.

    Raises:
        DataError: if it cannot be read, or has another shape.
    """
    import pandas as pd

    require_fits(content.shown, content.size)
    array = _array(content)
    names = array.dtype.names
    if names is None and array.ndim != 2:
        raise DataError(
            f"the array of `{content.origin}` must have the shape (N, D), or named fields. "
            f"Received: shape {array.shape}. Save the targets as one of the columns, or two arrays by numpy.savez."
        )
    if names is not None and (array.ndim != 1 or any(array.dtype[name].shape for name in names)):
        raise DataError(
            f"the records of `{content.origin}` must be one in each row, of single values. "
            f"Received: shape {array.shape}, fields {array.dtype}. Save them as one dimension."
        )
    columns = (
        {str(position): array[:, position] for position in range(array.shape[1])}
        if names is None
        else {name: array[name] for name in names}
    )
    check_names(content.origin, content.shown, list(columns))
    check_rows(content.origin, len(array))
    frame = pd.DataFrame({name: _plain(column) for name, column in columns.items()}, copy=False)
    called = "columns are called 0, 1, ..., and -1 is the last" if names is None else "named fields"
    return Table(name=content.origin, frame=frame, is_typed=True, notes=(f"array of NumPy: {called}",))


def _array(content: Content) -> NDArray[Any]:
    try:
        # Objects are never unpickled: a data file must not be able to run code.
        with content.open() as stream:
            if stream.read(len(np.lib.format.MAGIC_PREFIX)) == np.lib.format.MAGIC_PREFIX:
                stream.seek(0)
                require_sound_array(content.shown, stream, content.size)
            stream.seek(0)
            array = np.load(stream, allow_pickle=False)
        if not isinstance(array, np.ndarray):
            raise ValueError("several arrays, as numpy.savez writes them into a .npz file")
    except (OSError, EOFError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise unreadable(content.shown, "a file of numpy.save", error) from error
    return array


def _plain(column: NDArray[Any]) -> Any:
    """The column in the byte order of this machine; bytes are text."""
    if column.dtype.kind == "S":
        return np.array([cell.decode("utf-8", "backslashreplace") for cell in column.tolist()], dtype=object)
    if column.dtype.kind == "U":
        return column.astype(object)
    return np.ascontiguousarray(column, dtype=column.dtype.newbyteorder("="))
