"""Where trials wait for the writer: a bounded queue in memory, and a file for what does not fit or is refused."""

from __future__ import annotations

import json
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from sweep.records import TrialResult
from sweep.tracking.trial_runs import Point, TrialRun


class BoundedQueue:
    """A queue of results whose size is bounded by the numbers that they hold.

    Args:
        capacity: most numbers that may wait; a single larger result is let in alone.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._waiting: deque[TrialResult] = deque()
        self._numbers = 0
        self._closed = False
        self._changed = threading.Condition()

    def put(self, result: TrialResult, timeout_seconds: float) -> bool:
        """Add a result; False if there was no room for it within the time, or the queue is closed."""
        numbers = _numbers(result)
        with self._changed:
            if self._closed or not self._changed.wait_for(lambda: self._has_room(numbers), timeout_seconds):
                return False
            self._waiting.append(result)
            self._numbers += numbers
            self._changed.notify_all()
            return True

    def take(self, most_numbers: int, gather_seconds: float = 0.0) -> list[TrialResult]:
        """Wait for results and remove some; an empty list once the queue is closed and empty.

        Args:
            most_numbers: no further result is taken once those taken hold this many numbers.
            gather_seconds: how long to wait for that many, once there is one.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            # A full queue must not wait either, for then nobody can add what is waited for.
            enough = min(most_numbers, self._capacity // 2)
            self._changed.wait_for(lambda: self._numbers >= enough or self._closed, gather_seconds)
            taken: list[TrialResult] = []
            numbers = 0
            while self._waiting and numbers < most_numbers:
                taken.append(self._waiting.popleft())
                numbers += _numbers(taken[-1])
            self._numbers -= numbers
            self._changed.notify_all()
            return taken

    def close(self) -> None:
        """Let ``take`` end when nothing is left."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _has_room(self, numbers: int) -> bool:
        return not self._waiting or self._numbers + numbers <= self._capacity


def _numbers(result: TrialResult) -> int:
    return 1 + sum(values.size for values in result.epochs.values())


class PendingFile:
    """Trials that are not in MLflow yet, one line of JSON each; a later start of the same sweep writes them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problem: str | None = None
        """Why some could not be added."""
        self._lock = threading.Lock()

    def append(self, runs: Iterable[TrialRun]) -> None:
        """Add runs at the end, all of them or none, as on a full disk: the results folder still has those trials."""
        text = "".join(json.dumps(asdict(run)) + "\n" for run in runs)
        with self._lock:
            before = self.path.stat().st_size if self.path.exists() else 0
            try:
                with self.path.open("a", encoding="utf-8") as file:
                    file.write(text)
            except OSError as error:
                self.problem = str(error)
                # A part of a line would spoil those that come after it.
                with suppress(OSError):
                    os.truncate(self.path, before)

    def drain(self, write: Callable[[list[TrialRun]], list[TrialRun]], most_numbers: int) -> int:
        """Give all runs to ``write``, as many at a time as hold ``most_numbers`` points, and keep what it returns.

        Returns:
            how many runs are left in the file; without any it is removed.
        """
        if not self.path.exists():
            return 0
        rest = PendingFile(self.path.with_suffix(".rest"))
        rest.path.unlink(missing_ok=True)
        left = 0
        for chunk in _chunks(self._read(), most_numbers):
            unwritten = write(chunk)
            left += len(unwritten)
            rest.append(unwritten)
        if rest.problem is not None:
            # All are tried again with the next start; what MLflow has by now is skipped.
            self.problem = rest.problem
            rest.path.unlink(missing_ok=True)
        elif left:
            rest.path.replace(self.path)
        else:
            self.path.unlink()
            rest.path.unlink(missing_ok=True)
        return left

    def _read(self) -> Iterator[TrialRun]:
        with self.path.open(encoding="utf-8") as file:
            for line in file:
                if not line.endswith("\n"):
                    # Torn by a crash; the results folder still has that trial.
                    return
                fields = json.loads(line)
                fields["points"] = tuple(Point(*point) for point in fields["points"])
                yield TrialRun(**fields)


def _chunks(runs: Iterable[TrialRun], most_numbers: int) -> Iterator[list[TrialRun]]:
    chunk: list[TrialRun] = []
    for run in runs:
        chunk.append(run)
        if sum(len(member.points) for member in chunk) >= most_numbers:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
