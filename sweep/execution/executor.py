"""What carries out the commands of the coordinator: in this process, or on Ray."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from sweep.running.commands import EndExecution, StopPack, TrainPack, UseWorkers
from sweep.running.events import Event

Handler = Callable[[Event], None]
"""Takes what happens; it may send commands before it returns."""

ExecutorCommand = TrainPack | StopPack | UseWorkers | EndExecution


class Executor(Protocol):
    """Runs workers that train packs."""

    def run(self, handle: Handler) -> None:
        """Call ``handle`` with what happens, from this thread, until `EndExecution` has been carried out."""

    def send(self, command: ExecutorCommand) -> None:
        """Carry out a command; called from within ``handle``."""
