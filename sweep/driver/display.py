"""What a display of a running sweep must be able to do, and the display that shows nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from sweep.analysis.ranking import By


class Leader(NamedTuple):
    """The best arm of an optimizer so far: its label, its value, over how many seeds, and by which epoch of each."""

    label: str
    value: float
    seeds: int
    by: By


Best = Mapping[str, Leader]
"""Optimizer -> its best arm so far."""


class Progress(Protocol):
    """What a running sweep tells its user."""

    def start(self, total: int, done: int = 0) -> None:
        """Begin.

        Args:
            total: number of trials.
            done: those that an earlier run has finished.
        """

    def update(self, *, done: int, running: int, diverged: int, failed: int, best: Best) -> None:
        """Take the state of the sweep; may be called as often as it changes.

        Args:
            done: trials that ended, however they did.
            running: trials that train.
            diverged: how many of ``done`` DIVERGED.
            failed: how many of ``done`` FAILED.
            best: the best arm of each optimizer so far.
        """

    def message(self, text: str) -> None:
        """Say something that must not get lost."""

    def stop(self) -> None:
        """End; the last state stays on the screen."""


class Silent:
    """Shows nothing."""

    def start(self, total: int, done: int = 0) -> None:
        """Show nothing."""

    def update(self, *, done: int, running: int, diverged: int, failed: int, best: Best) -> None:
        """Show nothing."""

    def message(self, text: str) -> None:
        """Show nothing."""

    def stop(self) -> None:
        """Show nothing."""
