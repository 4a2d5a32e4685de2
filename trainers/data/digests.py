"""Hashes numbers and texts to short fingerprints that are the same on every machine."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

PORTION = 2**20
"""Numbers that are converted at once to be hashed."""


@dataclass(frozen=True, kw_only=True)
class InPortions:
    """An array that is hashed as if it was in memory.

    Args:
        shape: of the array.
        dtype: of its numbers.
        portions: its rows, some at a time.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    portions: Iterable[NDArray[Any]]

    @property
    def size(self) -> int:
        """Number of its numbers."""
        return math.prod(self.shape)


def digest(*parts: str | NDArray[Any] | InPortions) -> str:
    """Hash texts and numeric arrays to 16 hex digits that are the same on every machine.

    >>> digest("a", np.array([1, 2])) == digest("a", np.array([1, 2]))
    True
    >>> digest("a", np.array([1, 2])) == digest("a", np.array([[1, 2]]))
    False
    """
    state = hashlib.blake2b(digest_size=8)
    for part in parts:
        # The length separates neighbouring parts: ("ab", "c") is not ("a", "bc").
        if isinstance(part, str):
            content = part.encode()
            state.update(f"text:{len(content)}:".encode())
            state.update(content)
            continue
        # Little-endian 8-byte numbers, so that the bytes do not depend on the machine or its default int.
        kind = "<f8" if part.dtype.kind == "f" else "<i8"
        state.update(f"{kind}{part.shape}:{8 * part.size}:".encode())
        for rows in part.portions if isinstance(part, InPortions) else [part]:
            numbers = np.ascontiguousarray(rows).reshape(-1)
            # In portions, because a set of images in bytes would take eight times its memory.
            for start in range(0, rows.size, PORTION):
                state.update(np.ascontiguousarray(numbers[start : start + PORTION], dtype=kind).data)
    return state.hexdigest()
