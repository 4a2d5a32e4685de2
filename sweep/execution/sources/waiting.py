"""Tells after which epochs a pack of our networks waits for a scheduler."""

from __future__ import annotations

from sweep.planning.decision_points import DecisionPoints
from trainers.loop import EpochMetrics


class Waiting:
    """The decision points of a pack, of which the trials have some behind them.

    Args:
        points: the points; None for none.
        last: the metrics of the epoch that the trials go on from; None from the beginning.
        epoch: that epoch, which the metrics may lack if all trials took over from others when they had diverged.
    """

    def __init__(self, points: DecisionPoints | None, last: EpochMetrics | None = None, epoch: int = 0) -> None:
        self._points = points
        self._before = 0.0 if last is None or points is None else self._counter(points, last)
        if points is not None and points.counter == "epoch":
            self._before = max(self._before, float(epoch))

    def is_due(self, metrics: EpochMetrics) -> bool:
        """Whether the trials wait after this epoch, which is the next one."""
        if self._points is None or not len(metrics.trials):
            return False
        before, self._before = self._before, self._counter(self._points, metrics)
        return self._points.passed(before, self._before) is not None

    @staticmethod
    def _counter(points: DecisionPoints, metrics: EpochMetrics) -> float:
        """The counter after an epoch, which is the same for all trials of a pack."""
        return float(metrics.epoch) if points.counter == "epoch" else float(metrics.values[points.counter][0])
