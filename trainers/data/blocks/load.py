"""Loads a table that does not fit the memory, or of which the user wants that it is read by blocks."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from numpy.typing import NDArray

from trainers.data.blocks.analysis import Analysis, analyse
from trainers.data.blocks.column_file import ColumnWriter
from trainers.data.blocks.folder import blocks_folder, entry_of, stamp_of
from trainers.data.blocks.stored_rows import StoredRows, default_block_rows, window_of
from trainers.data.blocks.table_columns import MatrixColumns, ParquetColumns, TableColumns
from trainers.data.dataset import Dataset, digest
from trainers.data.files.formats import FORMATS
from trainers.data.files.location import file_name, local_path, shown
from trainers.data.files.memory import most_bytes
from trainers.data.files.table import FileOptions, target_named
from trainers.data.table_parts import with_training, without_test
from trainers.data.tables import TableOptions
from trainers.errors import DataError

SHARE = 0.5
"""Of `most_bytes`: a table whose numbers take more is read by blocks. It could not be trained on in memory, where a
split and its scaled copy are held beside it."""


def columns_of(path: str, options: FileOptions) -> TableColumns | None:
    """Open a table of a format that can be read by blocks; None for others.

    Args:
        path: as the user names it.
        options: how the file is read.

    Raises:
        DataError: if it cannot be read.
    """
    local = local_path(path)
    if local is None or not local.exists():
        return None
    # A packed file is not read by blocks.
    form = "parquet" if local.is_dir() else FORMATS.get(Path(file_name(path).lower()).suffix)
    if form == "parquet":
        return ParquetColumns(path, local, options.missing)
    if form == "npy":
        return MatrixColumns(path, local, options.missing)
    return None


def wants_blocks(path: str, options: FileOptions, wanted: bool | None) -> TableColumns | None:
    """Open a table that is to be read by blocks; None for one that is to be read into memory.

    Args:
        path: as the user names it.
        options: how the file is read.
        wanted: what the user says; None decides by the memory of this machine.

    Raises:
        DataError: if the user wants it of a format that cannot be read by blocks.
    """
    if wanted is False or (wanted is None and _is_surely_small(path)):
        return None
    table = columns_of(path, options)
    if table is None and wanted:
        raise DataError(
            "`data.blocks` is for Parquet, a file or a folder, and for a matrix in an NPY file, on this machine and "
            f"not packed. Received: {shown(path)}. Save the table as Parquet, such as by pandas' `to_parquet`."
        )
    if table is None or wanted:
        return table
    return table if 8 * table.rows * len(table.names) > SHARE * most_bytes() else None


def _is_surely_small(path: str) -> bool:
    """Whether a table need not be opened to know that it fits: most files are far from the limit."""
    local = local_path(path)
    return local is None or not local.exists() or (local.is_file() and local.stat().st_size < most_bytes() // 1000)


def load_blocks(
    table: TableColumns, target: str | None, options: TableOptions, file_options: FileOptions
) -> tuple[Dataset, Dataset | None]:
    """Load a table by blocks.

    Args:
        table: the table.
        target: column to predict, by its name or position.
        options: what else the user says of it.
        file_options: how the file is read.

    Returns:
        The examples to train and validate on, and those of the test; None without one.

    Raises:
        DataError: if it cannot be used, or its numbers cannot be written.
    """
    block_rows = options.block_rows
    named = target_named(table.name, table.names, target)
    # How it is read does not decide what is written.
    options = replace(options, target=named, blocks=None, block_rows=None)

    def write(writer: ColumnWriter) -> Analysis:
        return analyse(table, options, writer)

    folder = blocks_folder(os.environ)
    # A date has up to six parts; few columns are dates.
    size = 8 * table.rows * (len(table.names) + 6)
    found = entry_of(folder, stamp_of(table.paths), repr((options, file_options)), size, table.rows, write)
    dataset = _by_blocks(found.dataset, block_rows)
    if found.in_test is None:
        return with_training(dataset, options.validation), None
    pool, test = without_test(dataset, found.in_test)
    return with_training(pool, options.validation), test


def _by_blocks(dataset: Dataset, block_rows: int | None) -> Dataset:
    """Set the size of the blocks, which decides the order of the batches and so the numbers of the trials."""
    assert dataset.stored is not None
    size = block_rows or default_block_rows(dataset.features)
    stored = replace(dataset.stored, block_rows=size, window=window_of(size, dataset.features))
    notes = (*dataset.notes, _note(stored))
    found = replace(dataset, inputs=cast("NDArray[Any]", stored), notes=notes)
    if stored.is_shuffled_whole:
        return found
    return replace(found, fingerprint=digest(dataset.fingerprint, "blocks", str(stored.block_rows), str(stored.window)))


def _note(stored: StoredRows) -> str:
    file = stored.file
    size = 8 * len(stored.columns) * file.rows
    of = f"{size / 1e9:,.1f} GB" if size >= 1e8 else f"{size / 1e6:,.1f} MB"
    blocks = "1 block" if stored.blocks == 1 else f"{stored.blocks:,} blocks"
    shuffled = (
        "shuffled together in each epoch"
        if stored.is_shuffled_whole
        else f"in another order in each epoch, where the rows of {stored.window:,} blocks are shuffled together"
    )
    return (
        f"read by blocks: {file.rows:,} rows in {blocks} of {stored.block_rows:,}, {shuffled}; "
        f"{of} of numbers in {Path(file.path).parent}"
    )
