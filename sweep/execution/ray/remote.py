"""Runs workers for a Ray client: Ray Tune runs in an actor on the head node, which the client polls."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

from sweep.errors import ResourceError
from sweep.execution.executor import ExecutorCommand, Handler
from sweep.execution.ray.session import silence_ray
from sweep.execution.ray.settings import WorkerSettings
from sweep.execution.ray.tuner import TuneExecutor
from sweep.running.events import Event, TimePassed
from sweep.system.invocation import command

EXCHANGE_SECONDS = 0.25
"""How long the actor waits for an event before it returns an empty list."""

ON_THE_HEAD = {"node:__internal_head__": 0.001}
"""Resource request that places the actor on the head node, which outlives every worker node."""


class TuneActor:
    """Runs Tune in one thread of an actor, and serves the client in another."""

    def __init__(self, settings: WorkerSettings, workers: int) -> None:
        silence_ray()
        self._executor = TuneExecutor(settings, workers)
        self._events: list[Event] = []
        self._arrived = threading.Condition()
        self._commands: list[ExecutorCommand] = []

    def run(self) -> None:
        """Run workers, and collect events for the client."""
        self._executor.run(self._handle)

    def _handle(self, event: Event) -> None:
        with self._arrived:
            commands, self._commands = self._commands, []
            # The client has its own clock.
            if not isinstance(event, TimePassed):
                self._events.append(event)
                self._arrived.notify()
        # Only Tune's thread may change Tune's state.
        for each in commands:
            self._executor.send(each)

    def exchange(self, commands: Sequence[ExecutorCommand]) -> list[Event]:
        """Accept commands, and return the events since the last call; waits briefly if there are none."""
        with self._arrived:
            self._commands += commands
            self._arrived.wait_for(lambda: bool(self._events), EXCHANGE_SECONDS)
            events, self._events = self._events, []
        return events


class RemoteExecutor:
    """An executor for a cluster of which this process is a client; arguments as for `TuneExecutor`."""

    def __init__(self, settings: WorkerSettings, workers: int) -> None:
        import ray

        self._address = settings.resources.address
        actor: Any = ray.remote(TuneActor)
        options = actor.options(num_cpus=0, max_concurrency=3, resources=ON_THE_HEAD)
        self._actor = options.remote(ray.put(settings), workers)
        self._commands: list[ExecutorCommand] = []

    def send(self, command: ExecutorCommand) -> None:
        """Keep a command for the next exchange."""
        self._commands.append(command)

    def run(self, handle: Handler) -> None:
        """Exchange commands and events with the head; arguments as for `Executor`.

        Raises:
            ResourceError: if the connection or the head node is lost.
        """
        import ray

        begun = time.monotonic()
        try:
            running = self._actor.run.remote()
            ended = False
            while not ended:
                # Checked before the events are fetched, so that events that arrive last are not lost.
                ended = bool(ray.wait([running], timeout=0)[0])
                commands, self._commands = self._commands, []
                for event in ray.get(self._actor.exchange.remote(commands)):
                    handle(event)
                handle(TimePassed(time.monotonic() - begun))
            ray.get(running)
        except (ConnectionError, ray.exceptions.RayError) as error:
            reason = str(error).strip().splitlines()[-1]
            raise ResourceError(
                f"`resources.address` must be a cluster that stays reachable ({reason}). Received: {self._address}. "
                f"Run the same command to go on; `{command('submit')}` runs a sweep that does not need this machine."
            ) from error
