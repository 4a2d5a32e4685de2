"""Writes whole files or none, and lets one process at a time write to a folder."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

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


def lock(path: Path) -> IO[str]:
    """Take the lock of a folder for as long as the returned file is open.

    The operating system frees the lock when its process ends, however that ends, so a lock is never stale.

    Args:
        path: the lock file.

    Raises:
        ResultsError: if another process holds the lock.
    """
    with reported(path):
        stream = path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _holder(stream)
            stream.close()
            raise ResultsError(
                f"a sweep must be written by one run at a time. Received: `{path.parent}`, which {holder} is writing. "
                "Wait for that run, or stop it."
            ) from None
        except OSError:
            stream.close()
            raise
        stream.truncate(0)
        stream.write(json.dumps({"pid": os.getpid(), "host": socket.gethostname()}))
        stream.flush()
    return stream


def _holder(stream: IO[str]) -> str:
    stream.seek(0)
    try:
        content = json.loads(stream.read())
        return f"process {content['pid']} on {content['host']}"
    except (ValueError, KeyError, TypeError):
        return "another process"
