"""Loads a user's file as a data set: arrays as they are, a table with its columns prepared."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from trainers.data import columns, tensors
from trainers.data.dataset import Dataset
from trainers.data.files.formats import ARRAYS, ending_of
from trainers.data.files.location import file_name
from trainers.data.files.npz import read_arrays
from trainers.data.files.reading import opened, read_table
from trainers.data.files.table import FileOptions, Table
from trainers.data.holdout import Given
from trainers.data.tables import TableOptions, read_datasets
from trainers.data.target import Task
from trainers.errors import DataError

if TYPE_CHECKING:
    import pandas as pd


def load_file(
    path: str,
    target: str | None,
    inputs: str | None,
    task: Task,
    options: FileOptions | None = None,
    table_options: TableOptions | None = None,
) -> tuple[Dataset, Dataset | None]:
    """Load a file.

    Args:
        path: of the data, as `read_table` takes it, or of an NPZ file.
        target: column to predict, or target array of an NPZ file (``y``).
        inputs: input array of an NPZ file (``x``); None for the other formats.
        task: ``auto`` decides as `target.is_classification` describes.
        options: how the file is read.
        table_options: what else the user says of a table; its target and task are those given here.

    Returns:
        The data set, and its test part if the table decides it; None otherwise.

    Raises:
        DataError: if the file cannot be read or its content cannot be trained on.
    """
    name = file_name(path)
    if ending_of(name) == ARRAYS:
        arrays = (inputs or "x", target or "y")
        with opened(path) as content:
            x, y = read_arrays(content, arrays)
        make = tensors.from_tensors if tensors.is_tensor(x, y) else columns.from_arrays
        return make(name, arrays, x, y, task), None
    if inputs is not None:
        raise DataError(
            f"`inputs` names an array of an NPZ file; the columns of the table `{name}` are named by `features`. "
            f"Received: {inputs}. Leave `inputs` out."
        )
    if table_options is not None and table_options.blocks is not False:
        from trainers.data.blocks.load import load_blocks, wants_blocks

        file_options = options or FileOptions()
        if by_blocks := wants_blocks(path, file_options, table_options.blocks):
            return load_blocks(by_blocks, target, replace(table_options, task=task), file_options)
    table = _as_read(path, target, options)
    wanted = table.target_named(target)
    given = replace(table_options or TableOptions(target=wanted), target=wanted, task=task)
    others = [
        _as_read(part.path, wanted, options) if isinstance(part, Given) and part.path is not None else None
        for part in (given.validation, given.test)
    ]
    return read_datasets(table, given, *others)


def _as_read(path: str, target: str | None, options: FileOptions | None) -> Table:
    """Read a table of which the missing cells of text are empty text."""
    table = read_table(path, options)
    cells = {name: _with_empty_text(table.frame[name], target, is_typed=table.is_typed) for name in table.frame.columns}
    return replace(table, frame=table.frame.assign(**{str(name): column for name, column in cells.items()}))


def _with_empty_text(column: pd.Series[Any], target: str | None, *, is_typed: bool) -> pd.Series[Any]:
    """In a format of text, a missing value is an empty cell, which messages name; of features it is no mistake."""
    import pandas as pd

    is_number = column.dtype.kind in "biuf" and column.name != target
    if is_typed or is_number or not column.hasnans:
        return column
    if isinstance(column.dtype, pd.CategoricalDtype):
        return (column if "" in column.cat.categories else column.cat.add_categories([""])).fillna("")
    return column.astype(object).where(column.notna(), "")
