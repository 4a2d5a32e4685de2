"""What a worker reports while it trains a pack, and how the reports become results of trials."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sweep.planning.packing import Job
from sweep.planning.recipe import Recipe
from sweep.records import TrialResult
from trainers.data import Dataset
from trainers.loop import Ended, EpochMetrics, train_session
from trainers.session import TILE_BYTES, Session

Floats = NDArray[np.float64]

REPORT_SECONDS = 0.5

NO_EPOCHS: Mapping[str, Floats] = {name: np.empty(0) for name in ("epoch", "steps", "examples", "seconds")}
"""The epochs of a trial that has none: what every trial has of them."""


@dataclass(frozen=True)
class Chunk:
    """Some epochs of one pack.

    Args:
        names: the metrics, in the order of the columns of ``values``.
        epochs: (n,) epoch of each row, from 1.
        trials: (n,) index into the trials of the pack.
        values: (n, M) float64.
        ended: trials that ended in these epochs.
        started_seconds: Unix time at which the pack began to train.
        now_seconds: Unix time of the report.
        first: True for the first report of a pack, also when it starts over.
        last: True when all trials of the pack have ended.
        fingerprints: per seed, with the first report.
        node: of the cluster on which it trains; empty outside one.
    """

    names: tuple[str, ...]
    epochs: NDArray[np.int64]
    trials: NDArray[np.int64]
    values: Floats
    ended: tuple[Ended, ...]
    started_seconds: float
    now_seconds: float
    first: bool
    last: bool
    fingerprints: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    node: str = ""


def train_in_chunks(
    job: Job,
    recipe: Recipe,
    dataset: Dataset,
    report_seconds: float = REPORT_SECONDS,
    *,
    compiled: bool = False,
    tile_bytes: int = TILE_BYTES,
) -> Iterator[Chunk]:
    """Train a pack, and yield what it has done every ``report_seconds`` and at its end.

    ``compiled`` and ``tile_bytes`` are those of `trainers.loop.train`, and change speed alone.
    """
    started_seconds = time.time()
    recipe.require_planned_code()
    session = Session(job.pack(recipe, dataset), compiled=compiled, tile_bytes=tile_bytes)
    given = session.fingerprints()
    first, left = True, len(job.trials)
    epochs: list[EpochMetrics] = []
    begin = time.monotonic()
    for metrics in train_session(session):
        epochs.append(metrics)
        left -= len(metrics.ended)
        if not left or time.monotonic() - begin > report_seconds:
            yield make_chunk(epochs, started_seconds, time.time(), first, not left, given if first else {})
            first, epochs, begin = False, [], time.monotonic()


def make_chunk(
    epochs: Sequence[EpochMetrics],
    started_seconds: float,
    now_seconds: float,
    first: bool,
    last: bool,
    fingerprints: Mapping[int, Mapping[str, str]],
) -> Chunk:
    """Put epochs of a pack into one chunk of arrays; the other arguments are as in `Chunk`."""
    return Chunk(
        tuple(epochs[0].values),
        np.concatenate([np.full(len(e.trials), e.epoch, dtype=np.int64) for e in epochs]),
        np.concatenate([e.trials.astype(np.int64) for e in epochs]),
        np.concatenate([np.stack(list(e.values.values()), axis=1) for e in epochs]),
        tuple(end for e in epochs for end in e.ended),
        started_seconds,
        now_seconds,
        first,
        last,
        fingerprints,
    )


class PackCollector:
    """Collects the chunks of one pack and hands out the result of each trial as it ends."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._past_seconds = self._current_seconds = 0.0
        self._begin()

    @property
    def busy_seconds(self) -> float:
        """How long a worker has trained the pack, attempts that died included."""
        return self._past_seconds + self._current_seconds

    def _begin(self) -> None:
        self._rows: dict[int, list[tuple[NDArray[np.int64], Floats]]] = defaultdict(list)
        self._fingerprints: Mapping[int, Mapping[str, str]] = {}
        self.unfinished = set(range(len(self.job.trials)))
        self.running: set[int] = set()

    def add(self, chunk: Chunk) -> list[TrialResult]:
        """Take a chunk; return the results of the trials that ended with it.

        A pack that starts over, because its worker died, is collected anew; trials that had ended are not
        returned again.
        """
        if chunk.first:
            returned = set(range(len(self.job.trials))) - self.unfinished
            self._begin()
            self.unfinished -= returned
            self._past_seconds += self._current_seconds
            self._fingerprints = chunk.fingerprints
        self._current_seconds = chunk.now_seconds - chunk.started_seconds
        order = np.argsort(chunk.trials, kind="stable")
        trials, first = np.unique(chunk.trials[order], return_index=True)
        # Without an epoch, as where all diverge in their first, splitting still gives one empty piece.
        pieces = np.split(order, first[1:]) if len(trials) else []
        for trial, rows in zip(trials, pieces, strict=True):
            if int(trial) in self.unfinished:
                self._rows[int(trial)].append((chunk.epochs[rows], chunk.values[rows]))
                self.running.add(int(trial))
        return [self._result(end, chunk) for end in chunk.ended if end.trial in self.unfinished]

    def fail(self, error: str, now_seconds: float) -> list[TrialResult]:
        """Make the results of all trials that have not ended FAILED."""
        results = [
            TrialResult(self.job.trials[trial], "FAILED", NO_EPOCHS, {}, now_seconds, now_seconds, error=error)
            for trial in sorted(self.unfinished)
        ]
        self.unfinished.clear()
        self.running.clear()
        return results

    def _result(self, end: Ended, chunk: Chunk) -> TrialResult:
        self.unfinished.discard(end.trial)
        self.running.discard(end.trial)
        parts = self._rows.pop(end.trial, [])
        columns: dict[str, Floats] = {
            "epoch": np.concatenate([e for e, _ in parts]).astype(np.float64) if parts else np.empty(0)
        }
        values = np.concatenate([v for _, v in parts]) if parts else np.empty((0, len(chunk.names)))
        columns.update(zip(chunk.names, values.T, strict=True))
        trial = self.job.trials[end.trial]
        return TrialResult(
            trial,
            end.status,
            columns,
            self._fingerprints.get(trial.seed, {}),
            chunk.started_seconds,
            chunk.now_seconds,
            end.step if end.status == "DIVERGED" else None,
            end.last_finite_loss,
            tags={"node": chunk.node} if chunk.node else {},
        )
