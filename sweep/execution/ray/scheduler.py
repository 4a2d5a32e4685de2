"""Ray Tune scheduler and stopper that forward the workers' events and end the run."""

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


def death_reason(error: str) -> str:
    r"""Extract the reason of a worker's death from Ray's error: its last line names the cause.

    >>> death_reason("The actor died because of an error raised in its creation task.\n  ImportError: no module x")
    'The worker could not start: ImportError: no module x'
    """
    last = error.strip().splitlines()[-1].strip()
    if last.startswith("The actor is dead"):
        return (
            "The worker died again and again, as it does when memory runs out. Use fewer workers or a smaller network."
        )
    return f"The worker could not start: {last}"


class EventScheduler(FIFOScheduler):
    """Forwards the events that workers report, and the loss of workers.

    A scheduler is used and not a Tune callback, because with callbacks Tune imports MLflow before the first pack, which
    takes half a second and 150 MB.

    Args:
        handle: callback for the events.
    """

    def __init__(self, handle: Handler) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._handle = handle
        self.workers: set[str] = set()
        """Ids of the live workers."""

    def __getstate__(self) -> dict[str, Any]:
        """Tune pickles its scheduler to restore a run; a sweep is resumed from the event log instead."""
        return {}

    def on_trial_result(self, tune_controller: Any, trial: Any, result: dict[str, Any]) -> str:
        """Remove the events from the result, so that Tune neither keeps nor writes them."""
        while result.get(EVENTS):
            event = result[EVENTS].pop()
            if isinstance(event, WorkerJoined):
                self.workers.add(event.worker)
            self._handle(event)
        return self.CONTINUE

    def on_trial_complete(self, tune_controller: Any, trial: Any, result: dict[str, Any]) -> None:
        """A worker has ended on command."""
        self.workers.discard(trial.trial_id)

    def on_trial_error(self, tune_controller: Any, trial: Any) -> None:
        """A worker has died, or could not start."""
        self.workers.discard(trial.trial_id)
        self._handle(WorkerLost(trial.trial_id, death_reason(Path(trial.error_file).read_text(encoding="utf-8"))))


class Clock(tune.Stopper):
    """Sends clock ticks to the coordinator several times a second, and tells Tune when to end the run.

    Args:
        handle: callback for the events.
        has_ended: returns whether the run is over.
        capacity: returns how many workers fit now, or None if that cannot have changed.
    """

    def __init__(self, handle: Handler, has_ended: Callable[[], bool], capacity: Callable[[], int | None]) -> None:
        self._handle = handle
        self._has_ended = has_ended
        self._find_capacity = capacity
        self._capacity: int | None = None
        self._begun = time.monotonic()

    def __getstate__(self) -> dict[str, Any]:
        """As for `EventScheduler`."""
        return {}

    def __call__(self, trial_id: str, result: dict[str, Any]) -> bool:
        """Never stop a single worker."""
        return False

    def stop_all(self) -> bool:
        """Send a clock tick; return whether the run is over."""
        if self._has_ended():
            return True
        capacity = self._find_capacity()
        if capacity is not None and capacity != self._capacity:
            self._capacity = capacity
            self._handle(CapacityChanged(capacity))
        self._handle(TimePassed(time.monotonic() - self._begun))
        return self._has_ended()
