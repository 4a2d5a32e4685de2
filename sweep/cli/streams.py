"""Makes the standard streams always writable, even if they are closed, broken or have a limited encoding.

A sweep must not fail because its output is no longer read.
"""

from __future__ import annotations

import errno
import io
import os
import select
import sys

READER_GONE = (errno.EPIPE, errno.EIO)
"""Errors after the reader, such as ``head`` or a terminal, has gone, which are not reported."""


class Output(io.FileIO):
    """An output stream that drops what cannot be written, and records the error."""

    problem: OSError | None = None

    def write(self, data: object) -> int:
        """Write to the file, or discard the data if that fails."""
        try:
            while (written := super().write(data)) is None:  # type: ignore[arg-type]
                # The other end has made the pipe non-blocking.
                select.select([], [self], [])
            return written
        except OSError as error:
            self.problem = self.problem or error
            return memoryview(data).nbytes  # type: ignore[arg-type]


def open_streams() -> None:
    """Replace closed streams by the null device, and let the open ones accept all text.

    A closed stream's file descriptor would be reused by the next opened file, which would then receive the output.
    Streams that were replaced by other code are left unchanged.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  open for as long as the process
    if sys.stdout is sys.__stdout__:
        sys.stdout = sys.__stdout__ = _output(1, sys.stdout, "replace")  # type: ignore[misc]
    if sys.stderr is sys.__stderr__:
        sys.stderr = sys.__stderr__ = _output(2, sys.stderr, "backslashreplace")  # type: ignore[misc]


def _output(number: int, before: io.TextIOBase | object | None, errors: str) -> io.TextIOWrapper:
    encoding, at_once = "utf-8", number == 2
    if isinstance(before, io.TextIOWrapper):
        before.flush()
        encoding, at_once = before.encoding, at_once or before.write_through
    file = Output(number, "w", closefd=False)
    buffered = io.BufferedWriter(file)
    return io.TextIOWrapper(buffered, encoding, errors, line_buffering=at_once or file.isatty(), write_through=at_once)


def output_problem() -> str | None:
    """Flush the streams, and return a message if output was lost for another reason than a gone reader."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    file = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    problem = file.problem if isinstance(file, Output) else None
    if problem is None or problem.errno in READER_GONE:
        return None
    return (
        f"the standard output must be writable. Received: {problem.strerror}. "
        "Free some space, or send the output elsewhere; what a sweep has trained is kept."
    )
