"""What Ray Tune calls while it runs packs: hands over what workers report, and ends the run when asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ray import tune
from ray.tune.schedulers import FIFOScheduler

from sweep.execution.ray.worker import REPORT
from sweep.execution.reports import Chunk

CONTINUE, STOP = FIFOScheduler.CONTINUE, FIFOScheduler.STOP


def why_it_died(error: str) -> str:
    r"""Say in one sentence why a worker did not come to train: the last line of Ray's account names the cause.

    >>> why_it_died("The actor died because of an error raised in its creation task.\n  ImportError: no module x")
    'The worker could not start: ImportError: no module x'
    """
    last = error.strip().splitlines()[-1].strip()
    if last.startswith("The actor is dead"):
        return (
            "The worker died again and again, as it does when memory runs out. Use fewer workers or a smaller network."
        )
    return f"The worker could not start: {last}"


class Stop(tune.Stopper):
    """Ends the run when ``should_stop`` says so; Tune asks several times a second."""

    def __init__(self, should_stop: Callable[[], bool]) -> None:
        self._should_stop = should_stop

    def __getstate__(self) -> dict[str, Any]:
        """As for `PackScheduler`."""
        return {}

    def __call__(self, trial_id: str, result: dict[str, Any]) -> bool:
        """Stop no single pack."""
        return False

    def stop_all(self) -> bool:
        """Stop the run."""
        return self._should_stop()


class PackScheduler(FIFOScheduler):
    """Chooses which pack trains next, and hands over what the workers report.

    A free worker gets the first pack that no other worker is about to take. Tune's own order gives it the first pack
    that waits, and ends the process that is just starting for that one: where packs are shorter than the start of a
    process, the other workers, and nodes that join, would never come to train.

    What is reported arrives here rather than at a callback of Tune: to count the callbacks, Tune would import MLflow
    before the first pack, for half a second and 150 MB.

    Args:
        room: tells for how many workers there is room now.
        on_chunk: gets the index of the job and the chunk.
        on_retry: gets the index of a job whose worker died and that starts over.
        on_failure: gets the index of a job that failed for good, and why in one sentence.
    """

    def __init__(
        self,
        room: Callable[[], int],
        on_chunk: Callable[[int, Chunk], None],
        on_retry: Callable[[int], None],
        on_failure: Callable[[int, str], None],
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._room = room
        self._on_chunk = on_chunk
        self._on_retry = on_retry
        self._on_failure = on_failure
        self.has_begun = False
        """Whether a worker has come to train."""

    def __getstate__(self) -> dict[str, Any]:
        """Tune pickles its scheduler to restore a run; ours is restored from the results folder instead."""
        return {}

    def choose_trial_to_run(self, tune_controller: Any) -> Any:
        """Pass over as many packs as there are workers that start; these take the first ones."""
        trials = tune_controller.get_trials()
        running = sum(trial.status == "RUNNING" for trial in trials)
        self.has_begun |= running > 0
        waiting = [trial for trial in trials if trial.status == "PENDING"]
        starting = max(0, self._room() - running - 1)
        return waiting[starting] if starting < len(waiting) else None

    def on_trial_result(self, tune_controller: Any, trial: Any, result: dict[str, Any]) -> str:
        """Take the report out of its box, so that Tune neither keeps nor writes it, and end the pack with its last."""
        job = trial.config["job"]
        report = result[REPORT].pop()
        if isinstance(report, str):
            self._on_failure(job, report)
            return STOP
        self._on_chunk(job, report)
        return STOP if report.last else CONTINUE

    def on_trial_error(self, tune_controller: Any, trial: Any) -> None:
        """Tell that a pack starts over, or why it failed for good: Tune does not try again one that never ran."""
        job = trial.config["job"]
        if trial.should_recover() and trial.status != "PENDING":
            self._on_retry(job)
        else:
            self._on_failure(job, why_it_died(Path(trial.error_file).read_text(encoding="utf-8")))
