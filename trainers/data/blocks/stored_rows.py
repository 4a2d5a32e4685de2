"""The rows of a table whose numbers lie in a file, in the place of an array in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from trainers.data.blocks.column_file import ColumnFile
from trainers.errors import DataError

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

BLOCK_BYTES = 4 * 2**20
"""Approximate size of a block of inputs as a network gets them, in float32."""

WINDOW_BYTES = 64 * 2**20
"""Approximate size of the blocks that are shuffled together, in float32."""

FEWEST_ROWS, MOST_ROWS = 256, 2**20
"""Rows of a block."""

FEWEST_BLOCKS = 4
"""Blocks that are shuffled together at least, however wide they are."""


def default_block_rows(features: int) -> int:
    """The number of rows of a block: a power of 2 that makes about `BLOCK_BYTES`.

    >>> default_block_rows(25), default_block_rows(1000)
    (32768, 1024)
    """
    wanted = BLOCK_BYTES // (4 * features)
    power: int = 1 << max(wanted.bit_length() - 1, 0)
    return min(max(power, FEWEST_ROWS), MOST_ROWS)


@dataclass(frozen=True, eq=False, kw_only=True)
class StoredRows:
    """Rows of numbers and codes in a file, as `trainers.data.dataset.Dataset` has them in memory otherwise.

    Args:
        file: the numbers.
        columns: positions in the file of the F columns.
        block_rows: number of rows that are read together.
        window: number of blocks that are shuffled together.
        chosen: (N,) the rows of the file that these are, in increasing order; None for all.
    """

    file: ColumnFile
    columns: tuple[int, ...]
    block_rows: int
    window: int
    chosen: Indices | None = None

    ndim = 2
    dtype = np.dtype(np.float64)
    itemsize = 8

    @property
    def shape(self) -> tuple[int, int]:
        """(N, F)."""
        return (self.file.rows if self.chosen is None else len(self.chosen)), len(self.columns)

    def __len__(self) -> int:
        return self.shape[0]

    def __array__(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse to become an array, which may be larger than the memory."""
        raise DataError("rows that are read by blocks must not become one array. Received: all of them. Read some.")

    @property
    def blocks(self) -> int:
        """Number of blocks of the file."""
        return -(-self.file.rows // self.block_rows)

    @property
    def is_shuffled_whole(self) -> bool:
        """Whether all blocks are shuffled together, so that the order of an epoch is the one of data in memory."""
        return self.blocks <= self.window

    def places(self, rows: NDArray[Any] | slice) -> Indices:
        """The rows of the file that some of these rows are."""
        if isinstance(rows, slice):
            rows = np.arange(*rows.indices(len(self)))
        elif rows.dtype == bool:
            rows = np.flatnonzero(rows)
        return np.asarray(rows if self.chosen is None else self.chosen[rows], dtype=np.int64)

    def select(self, rows: NDArray[Any]) -> StoredRows:
        """Some of these rows, without reading them.

        Args:
            rows: (n,) indices in increasing order, or (N,) bool.
        """
        return replace(self, chosen=self.places(rows))

    def column(self, at: int) -> Floats:
        """Read a column, (N,)."""
        found = self.file.column(self.columns[at])
        return found if self.chosen is None else found[self.chosen]

    def in_blocks(self) -> Iterator[Floats]:
        """Read all rows, a block after the other, (n, F) each."""
        for start in range(0, len(self), self.block_rows):
            stop = min(start + self.block_rows, len(self))
            yield self.file.block(self.columns, start, stop) if self.chosen is None else self[start:stop]

    def __getitem__(self, rows: NDArray[Any] | slice) -> Floats:
        """Read some rows, (n, F)."""
        places = self.places(rows)
        found = np.empty((len(places), len(self.columns)))
        if not len(places):
            return found
        of_block = places // self.block_rows
        order = np.argsort(of_block, kind="stable")
        blocks, starts = np.unique(of_block[order], return_index=True)
        for block, wanted in zip(blocks.tolist(), np.split(order, starts[1:]), strict=True):
            found[wanted] = self.read_block(block)[places[wanted] - block * self.block_rows]
        return found

    def read_block(self, block: int) -> Floats:
        """Read a block of the file, (n, F)."""
        start = block * self.block_rows
        return self.file.block(self.columns, start, min(start + self.block_rows, self.file.rows))


def window_of(block_rows: int, features: int) -> int:
    """The number of blocks that are shuffled together: those that take about `WINDOW_BYTES`.

    >>> window_of(32768, 25), window_of(2**20, 1000)
    (20, 4)
    """
    return max(WINDOW_BYTES // (4 * block_rows * features), FEWEST_BLOCKS)
