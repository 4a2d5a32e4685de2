"""Writes whole files or none, and turns what the operating system refuses into a sentence."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sweep.errors import ResultsError

TEMPORARY = ".partial"
"""Ending of a file that is being written; one found later is the rest of a killed run."""


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """Turn what the operating system refuses about ``path`` into one sentence.

    Raises:
        ResultsError: in place of an OSError.
    """
    try:
        yield
    except OSError as error:
        # The text of pyarrow's own errors is several sentences, with a path of ours that is no longer there.
        reason = os.strerror(error.errno) if error.errno else error
        raise ResultsError(
            f"the results folder must be writable. Received: {reason} at `{path}`. "
            "Free it, or choose another folder by `results`."
        ) from error


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path to write to; on success it takes the place of ``path`` at once."""
    temporary = path.with_name(path.name + TEMPORARY)
    with reported(path):
        yield temporary
        os.replace(temporary, path)


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
