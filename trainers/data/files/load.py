"""Loads a user's file as a data set whose inputs are all columns but the target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trainers.data import columns
from trainers.data.dataset import Dataset
from trainers.data.files.formats import ARRAYS, ending_of
from trainers.data.files.location import file_name
from trainers.data.files.npz import read_arrays
from trainers.data.files.reading import opened, read_table
from trainers.data.files.table import FileOptions
from trainers.data.target import Task
from trainers.errors import DataError

if TYPE_CHECKING:
    import pandas as pd


def load_file(
    path: str, target: str | None, inputs: str | None, task: Task, options: FileOptions | None = None
) -> Dataset:
    """Load a file; every column except the target is an input.

    Args:
        path: of the data, as `read_table` takes it, or of an NPZ file.
        target: column to predict, or target array of an NPZ file (``y``).
        inputs: input array of an NPZ file (``x``); None for the other formats.
        task: ``auto`` decides as `target.is_classification` describes.
        options: how the file is read.

    Raises:
        DataError: if the file cannot be read or its content cannot be trained on.
    """
    name = file_name(path)
    if ending_of(name) == ARRAYS:
        arrays = (inputs or "x", target or "y")
        with opened(path) as content:
            x, y = read_arrays(content, arrays)
        return columns.from_arrays(name, arrays, x, y, task)
    if inputs is not None:
        raise DataError(
            f"`inputs` names an array of an NPZ file; of the table `{name}`, all columns but the target "
            f"are inputs. Received: {inputs}. Leave `inputs` out."
        )
    table = read_table(path, options)
    wanted = table.target_named(target)
    names = [each for each in table.names if each != wanted]
    cells = {each: _with_empty_text(table.frame[each], is_typed=table.is_typed) for each in table.names}
    return columns.from_table(table.name, [cells[each] for each in names], cells[wanted], task, is_typed=table.is_typed)


def _with_empty_text(column: pd.Series[Any], *, is_typed: bool) -> pd.Series[Any]:
    """In a format of text, a missing value is an empty cell, which messages name."""
    if is_typed or not column.hasnans:
        return column
    return column.astype(object).where(column.notna(), "")
