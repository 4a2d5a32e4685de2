"""Queues trials for the writer: a bounded queue in memory, and a file for trials that could not be written."""

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
    """A queue of results, bounded by the total count of numbers in them.

    Args:
        capacity: maximum count of queued numbers; a single larger result is accepted if the queue is empty.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._waiting: deque[TrialResult] = deque()
        self._numbers = 0
        self._closed = False
        self._changed = threading.Condition()

    def put(self, result: TrialResult, timeout_seconds: float) -> bool:
        """Add a result; return False if the queue stays full until the timeout, or is closed."""
        numbers = _numbers(result)
        with self._changed:
            if self._closed or not self._changed.wait_for(lambda: self._has_room(numbers), timeout_seconds):
                return False
            self._waiting.append(result)
            self._numbers += numbers
            self._changed.notify_all()
            return True

    def take(self, most_numbers: int, gather_seconds: float = 0.0) -> list[TrialResult]:
        """Wait for results and remove some; return an empty list once the queue is closed and empty.

        Args:
            most_numbers: no further result is removed once the removed ones contain this many numbers.
            gather_seconds: how long to wait for that many after the first result.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            # Do not wait for more than fits the queue, or producers and consumer would wait for each other.
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
        """Close the queue; ``take`` returns the remaining results."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _has_room(self, numbers: int) -> bool:
        return not self._waiting or self._numbers + numbers <= self._capacity


def _numbers(result: TrialResult) -> int:
    return 1 + sum(values.size for values in result.epochs.values())


class PendingFile:
    """File of trials that are not in MLflow yet, one JSON line each; the next start of the sweep writes them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problem: str | None = None
        """Reason why some trials could not be added."""
        self._lock = threading.Lock()

    def append(self, runs: Iterable[TrialRun]) -> None:
        """Append all runs, or none if it fails, as on a full disk; the results folder still has those trials."""
        text = "".join(json.dumps(asdict(run)) + "\n" for run in runs)
        with self._lock:
            before = self.path.stat().st_size if self.path.exists() else 0
            try:
                with self.path.open("a", encoding="utf-8") as file:
                    file.write(text)
            except OSError as error:
                self.problem = str(error)
                # A partial line would corrupt the lines after it.
                with suppress(OSError):
                    os.truncate(self.path, before)

    def drain(self, write: Callable[[list[TrialRun]], list[TrialRun]], most_numbers: int) -> int:
        """Pass all runs to ``write`` in chunks of up to ``most_numbers`` points, and keep those that it returns.

        Returns:
            number of runs left in the file, which is deleted if there are none.
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
            # The next start retries all runs and skips those that MLflow already has.
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
                    # Partial line after a crash; the results folder still has that trial.
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
