"""Thins out the reports of a training that reports too fast."""

from __future__ import annotations

import time
from collections.abc import Callable

from sweep.execution.sources.assignment import Row

BURST = 1000
"""So many reports of a trial are all kept."""

LEAST_SECONDS = 0.01
"""After them, one report in so many seconds is kept, and the last."""


class ReportPace:
    """Passes reports on, or holds the last one back.

    Args:
        send: takes a report.
    """

    def __init__(self, send: Callable[[Row], None]) -> None:
        self._send = send
        self._waiting: Row | None = None
        self._sent_at = 0.0
        self.reported = 0
        """Number of reports so far."""
        self.dropped = 0
        """Number of reports that came too fast and were left out."""

    def add(self, row: Row) -> None:
        """Take a report."""
        self.reported += 1
        if self.reported > BURST:
            now = time.monotonic()
            self.dropped += self._waiting is not None
            if now - self._sent_at < LEAST_SECONDS:
                self._waiting = row
                return
            self._sent_at = now
            self._waiting = None
        self._send(row)

    def skip(self) -> None:
        """Count a report that is sent in another way."""
        self.reported += 1
        self.dropped += self._waiting is not None
        self._waiting = None

    def flush(self) -> None:
        """Send a report that was held back."""
        if self._waiting is not None:
            row, self._waiting = self._waiting, None
            self._send(row)
