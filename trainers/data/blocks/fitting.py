"""Learns encoding and scaling from the training part of data in a file, a column or a block at a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from trainers.data.blocks.prepared_rows import EncodedRows
from trainers.data.blocks.stored_rows import Indices, StoredRows
from trainers.data.preparation import fit_columns
from trainers.data.shape import Task
from trainers.data.table_schema import TableSchema

Floats = NDArray[np.float64]


def fit_encoding(
    stored: StoredRows, schema: TableSchema | None, train: Indices, targets: NDArray[np.generic], task: Task
) -> EncodedRows:
    """Learn how the columns are encoded, each of which is in memory once.

    Args:
        stored: the rows of the data set.
        schema: their columns; None for plain numbers.
        train: (n,) which of them are in the training part.
        targets: (n,) their targets.
        task: of the data set.

    Returns:
        The training part. What is learned is the same as from data in memory, bit for bit.
    """
    if schema is None:
        return EncodedRows(stored=stored, rows=train)

    def cells() -> Iterator[Floats]:
        at = 0
        for column in schema.columns:
            width = len(column.stored)
            yield np.column_stack([stored.column(at + place)[train] for place in range(width)])
            at += width

    preparation, fold_of, fold_means = fit_columns(schema, cells(), targets, task)
    return EncodedRows(stored=stored, rows=train, preparation=preparation, fold_of=fold_of, fold_means=fold_means)


def moments(encoded: EncodedRows, *, with_deviation: bool) -> tuple[Floats, Floats, Floats, Floats]:
    """Compute the minimum, the maximum, the mean and the deviation of each feature, (D,) each.

    **Variant.** Rows are added in their order, as NumPy adds the rows of an array of two columns or more, so that the
    results are the same bit for bit.

    Args:
        encoded: the training part.
        with_deviation: whether mean and deviation are wanted, which take a second reading; they are else 0 and 1.
    """
    width = None
    count = len(encoded.rows)
    for block in encoded.in_blocks():
        if width is None:
            width = block.shape[1]
            lowest, highest, total = block.min(axis=0), block.max(axis=0), _sum(None, block)
            continue
        np.minimum(lowest, block.min(axis=0), out=lowest)
        np.maximum(highest, block.max(axis=0), out=highest)
        total = _sum(total, block)
    if not with_deviation:
        return lowest, highest, np.zeros_like(total), np.ones_like(total)
    mean, squares = total / count, None
    for block in encoded.in_blocks():
        block -= mean
        squares = _sum(squares, np.multiply(block, block, out=block))
    assert squares is not None, "a part has an example or more"
    return lowest, highest, mean, np.sqrt(squares / count)


def _sum(before: Floats | None, block: Floats) -> Floats:
    """Add rows, one after the other, to what was added before."""
    rows = block if before is None else np.concatenate([before[np.newaxis], block])
    found: Floats = np.add.reduce(rows, axis=0)
    return found
