"""Starts the process in which a user's own training runs, and exchanges messages with it."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any

from sweep.system.interpreter import project_folder, python_command, working_folder_last
from sweep.system.process_group import group_options, kill_group

KILL_SECONDS = 0.5
"""How long a process may take to end by itself once its connection is closed."""

LOAD_SECONDS = 120.0
"""How long the user's code may take to load before `trainer.timeout` counts."""

THREADS = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


NOT_PASSED_ON = ("SWEEP_TOKEN",)
"""Variables that the user's code does not get."""


class ChildProcess:
    """The process in which the user's training runs.

    Args:
        how: what `sweep.execution.sources.child` needs to know.
        working_folder: its working folder, which is last on its import path.
        threads: number of threads of numerical libraries.
    """

    def __init__(self, how: Mapping[str, Any], working_folder: str, threads: int) -> None:
        self._connection, theirs = socket.socketpair()
        path = working_folder_last(sys.path, working_folder, project_folder())
        code = "from sweep.execution.sources.child import main; main()"
        command = [*python_command(code, path), str(theirs.fileno())]
        passed_on = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
        limits = {name: str(threads) for name in THREADS}
        with theirs:
            self._process = subprocess.Popen(
                command,
                cwd=working_folder if os.path.isdir(working_folder) else None,
                env={**passed_on, **limits, "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                **group_options(),
            )
        self._rest = b""
        self._has_closed = False
        # Until the user's code is loaded, no report can come.
        self._heard_at = time.monotonic() + LOAD_SECONDS
        # Not as an argument, since a function may be larger than those may be.
        self.send("load", how={**how, "path": path})

    @property
    def is_alive(self) -> bool:
        """Whether the process still runs and can send messages."""
        return not self._has_closed and self._process.poll() is None

    @property
    def silent_seconds(self) -> float:
        """Seconds since the last message; below 0 while the user's code is loaded."""
        return time.monotonic() - self._heard_at

    @property
    def death(self) -> str:
        """How the process has ended, continuing "the process ..."."""
        try:
            code = self._process.wait(1)
        except subprocess.TimeoutExpired:
            self.kill()
            return "closed its connection"
        return f"ended with exit code {code}" if code >= 0 else f"was killed by {signal.Signals(-code).name}"

    def send(self, kind: str, handles: list[int] | None = None, **facts: Any) -> None:
        """Send an order, with file descriptors."""
        self._heard_at = max(self._heard_at, time.monotonic())
        content = json.dumps({"kind": kind, "handles": len(handles or ()), **facts}).encode() + b"\n"
        try:
            if handles:
                # The descriptors travel with the first bytes.
                sent = socket.send_fds(self._connection, [content], handles)
                content = content[sent:]
            self._connection.sendall(content)
        except OSError:
            self._has_closed = True

    def messages(self, seconds: float) -> Iterator[Mapping[str, Any]]:
        """Yield the messages that arrive within some seconds, or have arrived."""
        if self._has_closed:
            return
        with selectors.DefaultSelector() as selector:
            selector.register(self._connection, selectors.EVENT_READ)
            if not selector.select(seconds):
                return
        try:
            content = self._connection.recv(1 << 20)
        except OSError:
            content = b""
        if not content:
            self._has_closed = True
            return
        self._heard_at = time.monotonic()
        *lines, self._rest = (self._rest + content).split(b"\n")
        for line in lines:
            yield json.loads(line)

    def stop(self, seconds: float) -> bool:
        """Tell the training to stop; kill the process if it has not within some seconds. Returns whether it lives."""
        if self.is_alive:
            self.send("stop")
            ends_at = time.monotonic() + seconds
            while self.is_alive and (left := ends_at - time.monotonic()) > 0:
                if any(message["kind"] == "ended" for message in self.messages(left)):
                    return True
        self.kill()
        return False

    def kill(self) -> None:
        """End the process and all that it has started."""
        self._has_closed = True
        # It ends itself, with the command that it runs, when the connection closes.
        self._connection.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(KILL_SECONDS)
        kill_group(self._process.pid)
        self._process.wait()
