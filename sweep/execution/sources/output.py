"""Keeps what a trial prints in a file of bounded size: the beginning and the end."""

from __future__ import annotations

import os
import threading
from pathlib import Path

LOG = "output.log"
"""Name of the file in the trial's folder."""

FIRST_BYTES, LAST_BYTES = 64 * 1024, 192 * 1024
"""How much of the beginning and of the end is kept."""

CHUNK = 65536


class Output:
    """Receives standard output and error of a trial through a pipe.

    Args:
        path: the file; what an earlier attempt has printed is replaced.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._first = bytearray()
        self._last = bytearray()
        self._left_out = 0
        # What a training prints is for the user alone, who may print what no other account is to read.
        self._file = open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")  # noqa: SIM115
        self._lock = threading.Lock()
        self._read, self.handle = os.pipe()
        self._thread = threading.Thread(target=self._receive, daemon=True)
        self._thread.start()

    def close(self, seconds: float = 0.2) -> None:
        """Wait until all is received, but not for a process that keeps the pipe open, and write the file."""
        self.wait(seconds)
        with self._lock:
            if not self._file.closed:
                self._write_end()
                self._file.close()

    def wait(self, seconds: float = 0.2) -> None:
        """Wait until all is received, or for some seconds."""
        self.close_handle()
        self._thread.join(seconds)

    def close_handle(self) -> None:
        """Close this process's copy of the writing end, once the trial's process has its own."""
        if self.handle >= 0:
            os.close(self.handle)
            self.handle = -1

    def append(self, text: str) -> None:
        """Add what was not printed, such as a traceback."""
        with self._lock:
            self._add(text.encode(errors="replace"))

    def last_lines(self, count: int = 5, characters: int = 600) -> str:
        """Return the last lines that are not empty, as one line."""
        with self._lock:
            text = bytes((self._first[-8192:] + self._last[-8192:])[-8192:]).decode(errors="replace")
        lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()][-count:]
        return " | ".join(lines)[-characters:]

    def tail(self, size: int) -> str:
        """Return the last bytes as text."""
        with self._lock:
            return bytes((self._first + self._last)[-size:]).decode(errors="replace")

    def _receive(self) -> None:
        try:
            while content := os.read(self._read, CHUNK):
                with self._lock:
                    self._add(content)
        except OSError:
            pass
        finally:
            os.close(self._read)

    def _add(self, content: bytes) -> None:
        room = FIRST_BYTES - len(self._first)
        if room > 0:
            self._first += content[:room]
            if not self._file.closed:
                self._file.write(content[:room])
                self._file.flush()
        self._last += content[max(room, 0) :]
        if len(self._last) > 2 * LAST_BYTES:
            self._left_out += len(self._last) - LAST_BYTES
            del self._last[:-LAST_BYTES]
            if not self._file.closed:
                self._write_end()

    def _write_end(self) -> None:
        self._file.seek(len(self._first))
        self._file.truncate()
        last = self._last[-LAST_BYTES:]
        if left_out := self._left_out + len(self._last) - len(last):
            self._file.write(f"\n... {left_out:,} bytes left out ...\n".encode())
        self._file.write(last)
        self._file.flush()
