"""Hashes what trials of a seed share, such as a split, so that a comparison of trials that differ is refused."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from sweep.reporting import ReportError


def fingerprint(name: str, array: Any) -> str:
    """Return the hash of an array's content.

    Args:
        name: what it is, for the message.
        array: an array, a tensor or bytes.

    Raises:
        ReportError: if it is an array of objects, whose content is not known.

    >>> fingerprint("split", np.array([1, 2])) == fingerprint("split", np.array([1, 2]).tobytes())
    True
    """
    content = array if isinstance(array, bytes) else _content(name, array)
    return hashlib.sha256(content).hexdigest()[:16]


def _content(name: str, array: Any) -> bytes:
    if hasattr(array, "detach"):
        array = array.detach().cpu()
        # NumPy has no bfloat16.
        array = array.float() if array.is_floating_point() and array.itemsize == 2 else array
    found = np.asarray(array)
    if found.dtype.hasobject:
        raise ReportError(
            f"`trial.fingerprint` takes arrays of numbers or text, tensors and bytes. Received: objects for `{name}`. "
            "Give such as the indices of the examples."
        )
    return found.tobytes()
