"""What Ray Tune calls while it runs packs: hands over what workers report, and ends the run when asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ray import tune
from ray.tune.schedulers import FIFOScheduler

from sweep.chunks import Chunk
from sweep.worker import CHUNK, FAILURE


class Collect(tune.Callback):
    """Takes the chunks out of Tune's results, and tells of packs that start over or failed for good.

    Args:
        on_chunk: gets the index of the job and the chunk.
        on_retry: gets the index of a job whose worker died and that starts over.
        on_failure: gets the index of the job and one sentence.
    """

    def __init__(
        self,
        on_chunk: Callable[[int, Chunk], None],
        on_retry: Callable[[int], None],
        on_failure: Callable[[int, str], None],
    ) -> None:
        self._on_chunk = on_chunk
        self._on_retry = on_retry
        self._on_failure = on_failure

    def __getstate__(self) -> dict[str, Any]:
        """Tune pickles its callbacks to restore a run; ours is restored from the results folder instead."""
        return {}

    def on_trial_result(
        self, iteration: int, trials: list[Any], trial: Any, result: dict[str, Any], **info: Any
    ) -> None:
        """Take the chunk, so that Tune neither keeps nor writes it."""
        if (chunk := result.pop(CHUNK, None)) is not None:
            self._on_chunk(trial.config["job"], chunk)
        if (failure := result.pop(FAILURE, None)) is not None:
            self._on_failure(trial.config["job"], failure)

    def on_trial_recover(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        """Tell that a pack starts over."""
        self._on_retry(trial.config["job"])

    def on_trial_error(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        """Tell why a pack failed for good."""
        self._on_failure(trial.config["job"], why_it_died(Path(trial.error_file).read_text(encoding="utf-8")))


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
        """As for `Collect`."""
        return {}

    def __call__(self, trial_id: str, result: dict[str, Any]) -> bool:
        """Stop no single pack."""
        return False

    def stop_all(self) -> bool:
        """Stop the run."""
        return self._should_stop()


class InOrder(FIFOScheduler):
    """Gives a worker that is free the first pack that no other worker is about to take.

    Tune's own order gives it the first pack that waits, and ends the process that is just starting for that one: where
    packs are shorter than the start of a process, the other workers, and nodes that join, would never come to train.

    Args:
        room: tells for how many workers there is room now.
    """

    def __init__(self, room: Callable[[], int]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._room = room

    def __getstate__(self) -> dict[str, Any]:
        """As for `Collect`."""
        return {}

    def choose_trial_to_run(self, tune_controller: Any) -> Any:
        """Pass over as many packs as there are workers that start; these take the first ones."""
        trials = tune_controller.get_trials()
        running = sum(trial.status == "RUNNING" for trial in trials)
        waiting = [trial for trial in trials if trial.status == "PENDING"]
        starting = max(0, self._room() - running - 1)
        return waiting[starting] if starting < len(waiting) else None
