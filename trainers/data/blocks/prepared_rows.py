"""The inputs of a part of data in a file, encoded and scaled as they are read, with a window of blocks in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from trainers.data.blocks.stored_rows import Indices, StoredRows
from trainers.data.preparation import Preparation

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class EncodedRows:
    """The rows of a part, which are encoded as they are read but not scaled.

    Args:
        stored: the rows of the data set.
        rows: (n,) which of them are in the part, in increasing order.
        preparation: how they are encoded; None for plain numbers.
        fold_of: (n,) fold of each row, for columns that are encoded by their mean target; None for no training part.
        fold_means: of each such column.
    """

    stored: StoredRows
    rows: Indices
    preparation: Preparation | None = None
    fold_of: Indices | None = None
    fold_means: Sequence[Floats] = ()

    def __post_init__(self) -> None:
        """Find the rows of each block of the file."""
        places = self.stored.places(self.rows)
        edges = np.arange(self.stored.blocks + 1) * self.stored.block_rows
        object.__setattr__(self, "places", places)
        object.__setattr__(self, "starts", np.searchsorted(places, edges))

    places: Indices = None  # type: ignore[assignment]
    starts: Indices = None  # type: ignore[assignment]

    def read_block(self, block: int) -> Floats:
        """Read and encode the rows of the part that are in a block of the file, (n, D)."""
        part = slice(self.starts[block], self.starts[block + 1])
        found = self.stored.read_block(block)[self.places[part] - block * self.stored.block_rows]
        if self.preparation is None:
            return found
        fold_of = None if self.fold_of is None else self.fold_of[part]
        return np.ascontiguousarray(self.preparation.encode_across_folds(found, fold_of, self.fold_means))

    def in_blocks(self) -> Iterator[Floats]:
        """Read and encode all rows, a block after the other."""
        for block in range(self.stored.blocks):
            if self.starts[block] < self.starts[block + 1]:
                yield self.read_block(block)


class PreparedRows:
    """Inputs (n, D) of a part, in the place of an array of `trainers.data.split.Split`.

    Blocks that were read are held in memory until others need their place, so that batches whose rows lie in as many
    blocks as are held are read once.

    Args:
        encoded: the rows of the part.
        scaling: a `trainers.data.scaling.Scaling`.
        dtype: of the inputs.
        name: of the data, in messages.
        held: number of blocks that are held in memory.
        with_ones: whether a column of ones follows the features.
    """

    ndim = 2

    def __init__(
        self, encoded: EncodedRows, scaling: Any, dtype: DTypeLike, name: str, held: int, *, with_ones: bool = False
    ) -> None:
        self.encoded, self.scaling, self.name, self.held = encoded, scaling, name, held
        self.dtype = np.dtype(dtype)
        self.shape = (len(encoded.rows), len(scaling.offset) + with_ones)
        self._slot_of = np.full(encoded.stored.blocks, -1)
        self._block_in = np.full(held, -1)
        self._next = 0
        self._buffer: NDArray[Any] | None = None

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def features(self) -> int:
        """Number of features D, without a column of ones."""
        return len(self.scaling.offset)

    def followed_by_ones(self) -> PreparedRows:
        """The same inputs with a column of ones."""
        return PreparedRows(self.encoded, self.scaling, self.dtype, self.name, self.held, with_ones=True)

    @property
    def block_sizes(self) -> NDArray[np.int64]:
        """Number of rows of the part in each block of the file, in order."""
        return np.diff(self.encoded.starts)

    def __getitem__(self, rows: NDArray[Any] | slice) -> NDArray[Any]:
        """Read some inputs, as `take` does."""
        return self.take(np.arange(*rows.indices(len(self))) if isinstance(rows, slice) else rows)

    def take(self, rows: NDArray[np.intp], axis: int = 0) -> NDArray[Any]:
        """Read the inputs of some rows of the part, (len(rows), D).

        Args:
            rows: indices into the part, in any order.
            axis: 0, as for an array.

        Raises:
            DataError: if the file is gone, or a number is too large for the type.
        """
        encoded, block_rows = self.encoded, self.encoded.stored.block_rows
        blocks = encoded.places[rows] // block_rows
        slots = self._slot_of[blocks]
        within = rows - encoded.starts[blocks]
        if slots.size and slots.min() >= 0:
            batch: NDArray[Any] = self._flat.take(slots * block_rows + within, axis=0)
            return batch
        found = np.empty((len(rows), self.shape[1]), self.dtype)
        left = np.arange(len(rows))
        while left.size:
            # What is in memory first, so that blocks that are read may take its place.
            ready = self._slot_of[blocks[left]] >= 0
            now, left = left[ready], left[~ready]
            found[now] = self._flat.take(self._slot_of[blocks[now]] * block_rows + within[now], axis=0)
            for block in np.unique(blocks[left])[: self.held].tolist():
                self._hold(block)
        return found

    @property
    def _flat(self) -> NDArray[Any]:
        """The inputs of the blocks in memory, (held x rows of a block, D)."""
        if self._buffer is None:
            # Memory is taken from the system as the blocks are written.
            self._buffer = np.empty((self.held * self.encoded.stored.block_rows, self.shape[1]), self.dtype)
        return self._buffer

    def _hold(self, block: int) -> None:
        """Read a block into the place of the one that was read the longest time ago."""
        slot, self._next = self._next, (self._next + 1) % self.held
        if (gone := self._block_in[slot]) >= 0:
            self._slot_of[gone] = -1
            self._block_in[slot] = -1
        inputs = self.scaling.scaled(self.encoded.read_block(block), self.dtype, self.name)
        start = slot * self.encoded.stored.block_rows
        place = self._flat[start : start + len(inputs)]
        place[:, : self.features] = inputs
        place[:, self.features :] = 1
        self._block_in[slot], self._slot_of[block] = block, slot
