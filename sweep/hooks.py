"""What Ray Tune calls while it runs packs: hands over what workers report, and ends the run when asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ray import tune

from sweep.chunks import Chunk
from sweep.worker import CHUNK


class Collect(tune.Callback):
    """Takes the chunks out of Tune's results, and tells of packs that failed for good.

    Args:
        on_chunk: gets the index of the job and the chunk.
        on_failure: gets the index of the job and one sentence.
    """

    def __init__(self, on_chunk: Callable[[int, Chunk], None], on_failure: Callable[[int, str], None]) -> None:
        self._on_chunk = on_chunk
        self._on_failure = on_failure

    def __getstate__(self) -> dict[str, Any]:
        """Tune pickles its callbacks to restore a run; ours is restored from the results folder instead."""
        return {}

    def on_trial_result(
        self, iteration: int, trials: list[Any], trial: Any, result: dict[str, Any], **info: Any
    ) -> None:
        """Take the chunk, so that Tune neither keeps nor writes it."""
        chunk = result.pop(CHUNK, None)
        if chunk is not None:
            self._on_chunk(trial.config["job"], chunk)

    def on_trial_error(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        """Tell why a pack failed: the last line of its error, which names the exception."""
        text = str(trial.get_error() or "the worker died").strip()
        self._on_failure(trial.config["job"], text.splitlines()[-1])


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
