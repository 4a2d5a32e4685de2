"""Keeps count while a sweep runs: what is done, what is best, and what the progress display should say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal

import numpy as np

from sweep.chunks import PackCollector
from sweep.progress import Progress
from sweep.records import TrialResult


class Board:
    """The state of a sweep as the display shows it.

    Args:
        progress: the display.
        metric: what counts as best.
        mode: whether small or large is good.
        done: trials that an earlier start has finished.
    """

    def __init__(self, progress: Progress, metric: str, mode: Literal["min", "max"], done: int) -> None:
        self.progress = progress
        self.metric = metric
        self.sign = 1.0 if mode == "max" else -1.0
        self.done = done
        self.counts: Counter[str] = Counter()
        self.best: dict[str, tuple[str, float]] = {}

    def ended(self, results: Iterable[TrialResult]) -> None:
        """Count trials that ended."""
        for result in results:
            self.counts[result.status] += 1
            self.done += 1
            values = result.epochs.get(self.metric)
            if result.status in ("COMPLETED", "STOPPED") and values is not None and len(values):
                arm = result.trial.arm
                self._consider(str(arm.setting["optimizer"]), arm.label, float(values[-1]))

    def show(self, collectors: Iterable[PackCollector]) -> None:
        """Tell the display where the sweep stands.

        Args:
            collectors: of all packs.
        """
        running = sum(len(collector.running) for collector in collectors)
        self.progress.update(
            done=self.done,
            running=running,
            diverged=self.counts["DIVERGED"],
            failed=self.counts["FAILED"],
            best=self.best,
        )

    def _consider(self, optimizer: str, label: str, value: float) -> None:
        before = self.best.get(optimizer)
        if np.isfinite(value) and (before is None or self.sign * value > self.sign * before[1]):
            self.best[optimizer] = (label, value)
