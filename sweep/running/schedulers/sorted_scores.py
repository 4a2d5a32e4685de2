"""Scores of trials that are compared with each other, kept sorted, so that a quantile of the others costs no sort."""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import Mapping
from types import MappingProxyType


class SortedScores:
    """One finite score per trial.

    Args:
        scores: trial id -> score, to begin with.

    >>> scores = SortedScores({"a": 0.1, "b": 0.4})
    >>> scores.put("c", 0.2)
    >>> scores.quantile_of_others("b", 0.5), scores.median_of_others("d")
    (0.15000000000000002, 0.2)
    """

    def __init__(self, scores: Mapping[str, float] = MappingProxyType({})) -> None:
        self._of = dict(scores)
        self._sorted = sorted(self._of.values())

    def __contains__(self, trial_id: str) -> bool:
        """Whether the trial has a score."""
        return trial_id in self._of

    def put(self, trial_id: str, score: float) -> None:
        """Take the score of a trial, in place of its last one."""
        if trial_id in self._of:
            del self._sorted[bisect_left(self._sorted, self._of[trial_id])]
        self._of[trial_id] = score
        insort(self._sorted, score)

    def others(self, trial_id: str) -> int:
        """Return how many other trials have a score."""
        return len(self._sorted) - (trial_id in self._of)

    def quantile_of_others(self, trial_id: str, share: float) -> float:
        """Return the quantile of the other trials' scores, interpolated linearly as by `numpy.quantile`.

        Args:
            trial_id: the trial that does not count.
            share: between 0 and 1.
        """
        count, own = self.others(trial_id), self._place(trial_id)
        place = (count - 1) * share
        below = math.floor(place)
        low, high = self._other(below, own), self._other(min(below + 1, count - 1), own)
        part = place - below
        # The form that NumPy computes, whose rounding decides between equal scores.
        return low + (high - low) * part if part < 0.5 else high - (high - low) * (1 - part)

    def median_of_others(self, trial_id: str) -> float:
        """Return the median of the other trials' scores."""
        count, own = self.others(trial_id), self._place(trial_id)
        high = self._other(count // 2, own)
        return high if count % 2 else (self._other(count // 2 - 1, own) + high) / 2

    def _place(self, trial_id: str) -> int:
        """Where the score of a trial stands; beyond the end if it has none."""
        own = self._of.get(trial_id)
        return len(self._sorted) if own is None else bisect_left(self._sorted, own)

    def _other(self, place: int, own: int) -> float:
        return self._sorted[place if place < own else place + 1]
