"""Tracks the progress of a running sweep: the counts and best arms that the progress display shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from sweep.analysis.outcomes import group_of
from sweep.analysis.ranking import By, mean, value_of
from sweep.analysis.wording import ALL_SETTINGS
from sweep.driver.display import Leader, Progress
from sweep.records import ENDED_WELL, TrialResult
from sweep.running.reports import PackCollector


@dataclass
class _Arm:
    """Values of the seeds of an arm that have ended."""

    level: str
    label: str
    values: list[float] = field(default_factory=list)
    diverged: int = 0
    rungs: list[float] = field(default_factory=list)
    """Rungs at which seeds were pruned."""
    key: tuple[int, float, float] = (2, 0.0, np.inf)
    """Sort key of arms; the best arm has the lowest."""


class ProgressTracker:
    """Tracks the state of a sweep and passes it to the display.

    Arms rank as in the leaderboard, by the mean over the seeds that have ended so far; those with a pruned or
    a diverged seed come after those without.

    Args:
        progress: the display.
        metric: metric that ranks the arms.
        mode: whether smaller or larger values are better.
        done: number of trials finished by an earlier start.
        by: which value of a trial ranks it.
        report_seeds: seeds that only the selected arms have, and that are not ranked.
        scientific: factor whose levels are shown, each by its best arm; empty if all settings are one level. Settings
            without it are not compared.
        is_own: whether the training is the user's own, which need not report the metric after every epoch.
    """

    def __init__(
        self,
        progress: Progress,
        metric: str,
        mode: Literal["min", "max"],
        done: int,
        by: By = "final",
        report_seeds: Collection[int] = (),
        scientific: str = "optimizer",
        is_own: bool = False,
    ) -> None:
        self.progress = progress
        self.metric = metric
        self.mode = mode
        self.by = by
        self.done = done
        self.counts: Counter[str] = Counter()
        self._report_seeds = frozenset(report_seeds)
        self._scientific = scientific
        self._is_own = is_own
        self._arms: dict[str, _Arm] = {}
        self._leaders: dict[str, _Arm] = {}

    @property
    def best(self) -> dict[str, Leader]:
        """Level -> its best arm so far; levels without a finite value are omitted."""
        return {
            level: Leader(arm.label, mean(arm.values), len(arm.values), self.by) for level, arm in self._leaders.items()
        }

    def restore(self, results: Iterable[TrialResult]) -> None:
        """Rank trials finished by an earlier start, which ``done`` already counts."""
        for result in results:
            self._rank(result)

    def ended(self, results: Iterable[TrialResult]) -> None:
        """Count trials that ended."""
        for result in results:
            self.counts[result.status] += 1
            self.done += 1
            self._rank(result)

    def show(self, collectors: Iterable[PackCollector]) -> None:
        """Update the display.

        Args:
            collectors: collectors of all packs.
        """
        running = sum(len(collector.running) for collector in collectors)
        self.progress.update(
            done=self.done,
            running=running,
            diverged=self.counts["DIVERGED"],
            failed=self.counts["FAILED"],
            best=self.best,
            pruned=self.counts["PRUNED"],
        )

    def _rank(self, result: TrialResult) -> None:
        trial = result.trial
        level = trial.arm.setting.get(self._scientific) if self._scientific else ALL_SETTINGS
        if trial.seed in self._report_seeds or level is None:
            return
        arm = self._arms.setdefault(trial.arm.id, _Arm(str(level), trial.arm.label))
        values = result.epochs.get(self.metric)
        if result.status == "DIVERGED":
            arm.diverged += 1
        elif result.status == "PRUNED":
            arm.rungs.append(result.pruned_rung or 0.0)
        elif result.status in ENDED_WELL and values is not None:
            # Not every epoch need have a value, but the last of our networks has it where it is defined.
            is_last = self.by == "final" and not self._is_own
            value = value_of(values if is_last else values[~np.isnan(values)], self.by, self.mode)
            if np.isfinite(value):
                arm.values.append(value)
        if arm.values:
            value = mean(arm.values)
            group = group_of(has_value=True, has_pruned=bool(arm.rungs), has_diverged=arm.diverged > 0)
            rung = min(arm.rungs) if group == 1 else 0.0
            arm.key = (group, -rung, value if self.mode == "min" else -value)
            self._update_leader(arm)

    def _update_leader(self, arm: _Arm) -> None:
        """Update the best arm of a level after one of its arms has changed."""
        leader = self._leaders.get(arm.level)
        if leader is arm:
            # The leader may have become worse than another arm.
            rivals = [one for one in self._arms.values() if one.level == arm.level and one.values]
            self._leaders[arm.level] = min(rivals, key=lambda one: one.key)
        elif leader is None or arm.key < leader.key:
            self._leaders[arm.level] = arm
