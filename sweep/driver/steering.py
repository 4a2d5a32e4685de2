"""Turns what a user asks of a running sweep into events, and remembers what concerns its plan."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sweep.records import Trial
from sweep.results.requests import Request, take_requests
from sweep.running.events import Event, PauseRequested, ResumeRequested, TrialsCancelled, WorkersRequested

LOOK_SECONDS = 0.5
"""How often the folder of requests is read."""

ANSWERED = frozenset(("cancel", "pause", "resume", "workers", "limits"))
"""Kinds of requests that a running sweep answers at once."""


class Steering:
    """Reads the requests of a sweep's results folder.

    Args:
        folder: the results folder.
        scientific: the compared factor, whose levels may be cancelled; empty for none.
        clock: returns the time in seconds.
    """

    def __init__(self, folder: Path, scientific: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._scientific = scientific
        self._clock = clock
        self._looked = -LOOK_SECONDS
        self._levels: set[str] = set()
        self._limits: dict[str, Any] = {}
        self.is_paused = False

    def events(self, trials: Sequence[Trial]) -> list[Event]:
        """Return what was asked since the last call, at most so often.

        Args:
            trials: all trials of the plan so far.
        """
        now = self._clock()
        if now - self._looked < LOOK_SECONDS:
            return []
        self._looked = now
        return [event for request in take_requests(self._folder, ANSWERED) for event in self._events(request, trials)]

    def take_limits(self) -> dict[str, Any]:
        """Return the limits that the user has changed since the last call: key -> value."""
        found, self._limits = self._limits, {}
        return found

    def is_cancelled(self, trial: Trial) -> bool:
        """Whether the user has ended the level of a trial that is planned only now."""
        return bool(self._levels) and str(trial.arm.setting.get(self._scientific)) in self._levels

    def _events(self, request: Request, trials: Sequence[Trial]) -> list[Event]:
        facts = request.facts
        match request.kind:
            case "cancel":
                self._levels.update(facts.get("levels", ()))
                ids = {*facts.get("trials", ())}
                return [TrialsCancelled(tuple(one.id for one in trials if one.id in ids or self.is_cancelled(one)))]
            case "pause":
                self.is_paused = True
                return [PauseRequested()]
            case "resume":
                self.is_paused = False
                return [ResumeRequested()]
            case "workers":
                return [WorkersRequested(int(facts["workers"]))]
            case _:
                self._limits |= {key: value for key, value in facts.items() if key != "kind"}
                return []
