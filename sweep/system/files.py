"""Writes files atomically, and converts errors of the operating system to one-sentence errors."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sweep.errors import ResultsError

TEMPORARY = ".partial"
"""Suffix of a file that is being written; a leftover one belongs to a killed run."""


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """Convert an OSError about ``path`` to a one-sentence error.

    Raises:
        ResultsError: in place of an OSError.
    """
    try:
        yield
    except OSError as error:
        # The message of pyarrow's errors has several sentences and contains a temporary path.
        reason = os.strerror(error.errno) if error.errno else error
        raise ResultsError(
            f"the results folder must be writable. Received: {reason} at `{path}`. "
            "Free it, or choose another folder by `results`."
        ) from error


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path to write to; on success it atomically replaces ``path``."""
    temporary = path.with_name(path.name + TEMPORARY)
    with reported(path):
        yield temporary
        os.replace(temporary, path)


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
