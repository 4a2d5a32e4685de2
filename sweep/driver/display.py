"""Interface of progress displays, and a display that shows nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from sweep.analysis.ranking import By


class Leader(NamedTuple):
    """The best arm of an optimizer so far: label, value, number of seeds, and the epoch that ranks."""

    label: str
    value: float
    seeds: int
    by: By


Best = Mapping[str, Leader]
"""Optimizer -> its best arm so far."""


class Progress(Protocol):
    """Progress display of a running sweep."""

    def start(self, total: int, done: int = 0) -> None:
        """Begin.

        Args:
            total: number of trials.
            done: number of trials finished by an earlier run.
        """

    def update(self, *, done: int, running: int, diverged: int, failed: int, best: Best, pruned: int = 0) -> None:
        """Update the state of the sweep; may be called on every change.

        Args:
            done: number of trials that have ended with any status.
            running: number of trials in training.
            diverged: number of ``done`` trials that are DIVERGED.
            failed: number of ``done`` trials that are FAILED.
            best: the best arm of each optimizer so far.
            pruned: number of ``done`` trials that are PRUNED.
        """

    def message(self, text: str) -> None:
        """Show a message that must stay visible."""

    def stop(self) -> None:
        """End the display; the last state stays on the screen."""


class Silent:
    """Shows nothing."""

    def start(self, total: int, done: int = 0) -> None:
        """Show nothing."""

    def update(self, *, done: int, running: int, diverged: int, failed: int, best: Best, pruned: int = 0) -> None:
        """Show nothing."""

    def message(self, text: str) -> None:
        """Show nothing."""

    def stop(self) -> None:
        """Show nothing."""
