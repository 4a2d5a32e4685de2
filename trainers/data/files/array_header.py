"""Measures an array of NumPy by its header, before memory is taken for it."""

from __future__ import annotations

import math
from typing import IO, Any

import numpy as np

from trainers.data.files.memory import require_fits

LONGEST_HEADER = 1_000_000
"""Characters of a header, which names the fields of records: of 20,000 fields and more."""


def require_sound_array(shown: str, stream: IO[bytes], size: int) -> None:
    """Refuse an array that the memory cannot hold, or whose header declares more than the file holds.

    Args:
        shown: the file.
        stream: of the array in the format of NPY, at its beginning; only its header is read.
        size: bytes of it.

    Raises:
        DataError: if it is too large for the memory.
        ValueError: if it is no such file, or ends early.
    """
    version = np.lib.format.read_magic(stream)
    # Versions 2 and 3 differ in the encoding of names alone.
    read: Any = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(stream, max_header_size=LONGEST_HEADER)
    if dtype.hasobject:
        # Its size is not declared; NumPy refuses to load it.
        return
    if any(length < 0 for length in shape):
        raise ValueError(f"an array of the shape {shape}")
    declared = math.prod(shape) * int(dtype.itemsize)
    require_fits(shown, declared)
    held = size - stream.tell()
    if declared > held:
        raise ValueError(f"{held:,} bytes of an array of {declared:,}: {dtype}, shape {shape}")
