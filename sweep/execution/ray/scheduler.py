"""What Ray Tune calls while its trials, the workers, live: takes over what they report, and ends the run."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ray import tune
from ray.tune.schedulers import FIFOScheduler

from sweep.execution.executor import Handler
from sweep.execution.ray.worker import EVENTS
from sweep.running.events import CapacityChanged, TimePassed, WorkerJoined, WorkerLost


def why_it_died(error: str) -> str:
    r"""Say in one sentence why a worker is gone: the last line of Ray's account names the cause.

    >>> why_it_died("The actor died because of an error raised in its creation task.\n  ImportError: no module x")
    'The worker could not start: ImportError: no module x'
    """
    last = error.strip().splitlines()[-1].strip()
    if last.startswith("The actor is dead"):
        return (
            "The worker died again and again, as it does when memory runs out. Use fewer workers or a smaller network."
        )
    return f"The worker could not start: {last}"


class EventScheduler(FIFOScheduler):
    """Passes on what the workers report, and which of them are gone.

    It arrives here rather than at a callback of Tune: to count the callbacks, Tune would import MLflow before the
    first pack, for half a second and 150 MB.

    Args:
        handle: takes the events.
    """

    def __init__(self, handle: Handler) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._handle = handle
        self.workers: set[str] = set()
        """Workers that have joined and live."""

    def __getstate__(self) -> dict[str, Any]:
        """Tune pickles its scheduler to restore a run; ours is restored from the event log instead."""
        return {}

    def on_trial_result(self, tune_controller: Any, trial: Any, result: dict[str, Any]) -> str:
        """Take the events out of the result, so that Tune neither keeps nor writes them."""
        while result.get(EVENTS):
            event = result[EVENTS].pop()
            if isinstance(event, WorkerJoined):
                self.workers.add(event.worker)
            self._handle(event)
        return self.CONTINUE

    def on_trial_complete(self, tune_controller: Any, trial: Any, result: dict[str, Any]) -> None:
        """A worker has ended as it was told."""
        self.workers.discard(trial.trial_id)

    def on_trial_error(self, tune_controller: Any, trial: Any) -> None:
        """A worker has died, or could not start."""
        self.workers.discard(trial.trial_id)
        self._handle(WorkerLost(trial.trial_id, why_it_died(Path(trial.error_file).read_text(encoding="utf-8"))))


class Clock(tune.Stopper):
    """Tells the coordinator several times a second that time goes on, and Tune when to end the run.

    Args:
        handle: takes the events.
        has_ended: whether the run is over.
        room: gives for how many workers there is room now, None if that cannot have changed.
    """

    def __init__(self, handle: Handler, has_ended: Callable[[], bool], room: Callable[[], int | None]) -> None:
        self._handle = handle
        self._has_ended = has_ended
        self._find_room = room
        self._room: int | None = None
        self._begun = time.monotonic()

    def __getstate__(self) -> dict[str, Any]:
        """As for `EventScheduler`."""
        return {}

    def __call__(self, trial_id: str, result: dict[str, Any]) -> bool:
        """Stop no single worker."""
        return False

    def stop_all(self) -> bool:
        """Let time pass; tell whether the run is over."""
        if self._has_ended():
            return True
        room = self._find_room()
        if room is not None and room != self._room:
            self._room = room
            self._handle(CapacityChanged(room))
        self._handle(TimePassed(time.monotonic() - self._begun))
        return self._has_ended()
