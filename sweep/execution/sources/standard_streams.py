"""Sends what a trial prints to a file descriptor of its own, whatever an earlier trial did to the standard streams."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Sequence

DESCRIPTORS = {"stdout": 1, "stderr": 2}


class StandardStreams:
    """The standard streams as they are now, with what the user's module made of them when it was imported."""

    def __init__(self) -> None:
        self._streams = {name: getattr(sys, name) for name in DESCRIPTORS}

    def direct(self, handles: Sequence[int]) -> None:
        """Send what this process prints, and what those print that it starts, to the first of the descriptors."""
        self.flush()
        for descriptor in DESCRIPTORS.values() if handles else ():
            os.dup2(handles[0], descriptor)
        for handle in handles:
            os.close(handle)
        for name, descriptor in DESCRIPTORS.items():
            if getattr(self._streams[name], "closed", False):
                binary = io.BufferedWriter(io.FileIO(descriptor, "w", closefd=False))
                self._streams[name] = io.TextIOWrapper(binary, "utf-8", "backslashreplace", line_buffering=True)
            setattr(sys, name, self._streams[name])

    def flush(self) -> None:
        """Write out what is buffered, unless the user's code has closed or replaced a stream."""
        for name in DESCRIPTORS:
            with contextlib.suppress(OSError, ValueError, AttributeError):
                getattr(sys, name).flush()

    def write_error(self, text: str) -> None:
        """Write to standard error, past its stream."""
        with contextlib.suppress(OSError):
            os.write(DESCRIPTORS["stderr"], text.encode(errors="backslashreplace"))
