"""Gives a command standard streams that can always be written: also where they are closed, broken or know few letters.

A sweep must not end because nobody reads what it shows any more.
"""

from __future__ import annotations

import errno
import io
import os
import select
import sys

LEFT = (errno.EPIPE, errno.EIO)
"""The reader has gone, such as ``head``, or a terminal that was closed: nobody wants the rest, and nothing is wrong."""


class Output(io.FileIO):
    """A stream to the user, which drops what cannot be written and remembers why."""

    problem: OSError | None = None

    def write(self, data: object) -> int:
        """Write to the file, or pretend to."""
        try:
            while (written := super().write(data)) is None:  # type: ignore[arg-type]
                # The other end has made the pipe one that does not wait.
                select.select([], [self], [])
            return written
        except OSError as error:
            self.problem = self.problem or error
            return memoryview(data).nbytes  # type: ignore[arg-type]


def open_streams() -> None:
    """Open the null device in place of closed streams, and let the open ones take all text.

    A closed stream's number would be given to the next file that is opened, which would then get what is printed.
    Streams that somebody has put in place of the process's own are left alone.
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
    """Write out what waits; says in one sentence what of the output is lost, if its reader would want it."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    file = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    problem = file.problem if isinstance(file, Output) else None
    if problem is None or problem.errno in LEFT:
        return None
    return (
        f"the standard output must be writable. Received: {problem.strerror}. "
        "Free some space, or send the output elsewhere; what a sweep has trained is kept."
    )
