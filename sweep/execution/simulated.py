"""Replays recorded curves instead of training, with workers whose time is simulated."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from sweep.execution.executor import ExecutorCommand, Handler
from sweep.planning.decision_points import DecisionPoints
from sweep.records import Trial
from sweep.running.commands import AnswerPack, EndExecution, StopPack, StopTrials, TrainPack
from sweep.running.events import ReportReceived, WorkerJoined
from sweep.running.reports import Report
from trainers.loop import Ended

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """What a trial has reported from its beginning to its end.

    Args:
        columns: metric -> (E,), with ``epoch``, ``steps``, ``examples`` and ``seconds`` since its beginning.
        end: how it has ended by itself.
    """

    columns: Mapping[str, Floats]
    end: Ended

    def __len__(self) -> int:
        return len(self.columns["epoch"])


@dataclass
class _Replay:
    """A pack in simulated training.

    Args:
        command: the command to train it.
        curves: index of a trial that is left -> its curve.
        row: the next row of each curve.
        number: of the next report.
        waits: whether it waits for an answer.
        paused: trials whose checkpoint the next report tells.
    """

    command: TrainPack
    curves: dict[int, Curve]
    row: int
    number: int = 0
    waits: bool = False
    paused: tuple[int, ...] = ()


class SimulatedExecutor:
    """An executor whose workers report recorded curves; a second of training passes in no time.

    A pack takes, for each epoch, the sum of the seconds that its trials have taken for it, and nothing else takes time.

    Args:
        curve_of: returns the curve of a trial.
        workers: number of workers.
    """

    def __init__(self, curve_of: Callable[[Trial], Curve], workers: int) -> None:
        self._curve_of = curve_of
        self._workers = workers
        self._replays: dict[str, _Replay] = {}
        self._due: list[tuple[float, int, str, TrainPack]] = []
        self._order = count()
        self._has_ended = False
        self.seconds = 0.0
        """Simulated time since the start."""

    def run(self, handle: Handler) -> None:
        """Report all that is trained; arguments as for `Executor`."""
        for number in range(self._workers):
            handle(WorkerJoined(f"simulated-{number}"))
        while self._due and not self._has_ended:
            self.seconds, _, worker, command = heapq.heappop(self._due)
            replay = self._replays.get(worker)
            if replay is not None and replay.command is command:
                self._report(worker, replay, handle)

    def send(self, command: ExecutorCommand) -> None:
        """Carry out a command."""
        match command:
            case TrainPack(worker, _, _, planned):
                curves = {index: self._curve_of(trial) for index, trial in enumerate(planned.trials)}
                replay = _Replay(command, curves, planned.resumed_epoch)
                self._replays[worker] = replay
                self._schedule(worker, replay)
            case StopPack(worker):
                self._replays.pop(worker, None)
            case AnswerPack(worker, _, _, _, stop, pause):
                self._leave(worker, stop, pause)
            case StopTrials(worker, _, _, stop, pause):
                self._leave(worker, stop, pause)
            case EndExecution():
                self._has_ended = True
            case _:
                # The number of workers stays.
                pass

    def _leave(self, worker: str, stop: tuple[int, ...], pause: tuple[int, ...]) -> None:
        replay = self._replays[worker]
        for index in (*stop, *pause):
            replay.curves.pop(index, None)
        replay.paused = (*replay.paused, *pause)
        if replay.waits:
            replay.waits = False
            self._schedule(worker, replay)

    def _schedule(self, worker: str, replay: _Replay) -> None:
        """Let the next report come when its epoch is over, or at once if it only tells who has paused."""
        seconds = 0.0 if replay.paused else sum(_seconds(curve, replay.row) for curve in replay.curves.values())
        heapq.heappush(self._due, (self.seconds + seconds, next(self._order), worker, replay.command))

    def _report(self, worker: str, replay: _Replay, handle: Handler) -> None:
        """Report an epoch of a pack, after those that a trial that goes on has behind it, or who has paused."""
        if replay.paused:
            ended = tuple(Ended(index, "PAUSED", replay.row) for index in replay.paused)
            report = self._made(replay, {}, ended)
            replay.paused = ()
        else:
            rows = {index: curve for index, curve in replay.curves.items() if replay.row < len(curve)}
            replay.row += 1
            over = {index: curve.end for index, curve in replay.curves.items() if replay.row >= len(curve)}
            ended = tuple(Ended(index, end.status, end.step, end.last_finite_loss) for index, end in over.items())
            for index in over:
                del replay.curves[index]
            report = self._made(replay, rows, ended)
        replay.number += 1
        replay.waits = report.waits
        command = replay.command
        if report.last:
            del self._replays[worker]
        elif not report.waits:
            self._schedule(worker, replay)
        handle(ReportReceived(worker=worker, pack=command.pack, attempt=command.attempt, report=report))

    def _made(self, replay: _Replay, rows: Mapping[int, Curve], ended: tuple[Ended, ...]) -> Report:
        names = tuple(name for name in next(iter(rows.values())).columns if name != "epoch") if rows else ()
        first = replay.row - 1 if replay.number else 0
        parts = [
            np.stack([curve.columns[name][first : replay.row] for name in names], axis=1) for curve in rows.values()
        ]
        return Report(
            names=names,
            epochs=np.array(
                [e for curve in rows.values() for e in curve.columns["epoch"][first : replay.row]], np.int64
            ),
            trials=np.array([index for index in rows for _ in range(first, replay.row)], np.int64),
            values=np.concatenate(parts) if parts else np.empty((0, 0)),
            ended=ended,
            started_seconds=0.0,
            now_seconds=self.seconds,
            number=replay.number,
            last=not replay.curves,
            waits=bool(replay.curves) and bool(rows) and _is_due(replay.command.planned.decisions, rows, replay.row),
        )


def _seconds(curve: Curve, row: int) -> float:
    """Seconds of an epoch of a trial."""
    if row >= len(curve):
        return 0.0
    seconds = curve.columns["seconds"]
    return float(seconds[row] - (seconds[row - 1] if row else 0.0))


def _is_due(points: DecisionPoints | None, rows: Mapping[int, Curve], row: int) -> bool:
    """Whether the trials wait after so many epochs."""
    if points is None:
        return False
    counters = next(iter(rows.values())).columns[points.counter]
    return points.passed(float(counters[row - 2]) if row > 1 else 0.0, float(counters[row - 1])) is not None
