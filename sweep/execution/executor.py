"""Interface of the executors, which carry out the coordinator's commands in this process or on Ray."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from sweep.running.commands import AnswerPack, EndExecution, StopPack, StopTrials, TrainPack, UseWorkers
from sweep.running.events import Event

Handler = Callable[[Event], None]
"""Callback for events; it may send commands before it returns."""

ExecutorCommand = TrainPack | StopPack | AnswerPack | StopTrials | UseWorkers | EndExecution


class Executor(Protocol):
    """Runs workers that train packs."""

    def run(self, handle: Handler) -> None:
        """Call ``handle`` with each event, from this thread, until `EndExecution` has been carried out."""

    def send(self, command: ExecutorCommand) -> None:
        """Carry out a command; called from within ``handle``."""
