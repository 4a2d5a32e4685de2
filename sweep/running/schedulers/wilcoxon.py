"""Wilcoxon rule: the remaining seeds of a setting that is significantly worse than the best one are not trained."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sweep.planning.decision_points import DecisionPoints
from sweep.records import Trial
from sweep.running.schedulers.scheduler import Observation, Pruned, Settled, Verdict

ENDED = ("COMPLETED", "STOPPED")


class WilcoxonPairs:
    """Compares the seeds that a setting has behind it with the same seeds of the best setting.

    After each seed, a one-sided signed-rank test over the pairs (zeros split) asks whether the setting is worse than
    the best of those whose seeds have all ended; below ``p_threshold`` its other seeds are PRUNED, unless its mean is
    at least as good as that of the best.

    **Variant**: that of Optuna's ``WilcoxonPruner`` with a seed as the instance. A setting with a seed that has
    DIVERGED or FAILED is neither pruned nor the best.

    Args:
        p_threshold: significance level, between 0 and 1.
        n_startup_steps: least number of pairs, and at least 2.

    Reference: Wilcoxon, Individual Comparisons by Ranking Methods, 1945.
    """

    observes = True
    compares_settings = False

    def __init__(self, *, p_threshold: float = 0.1, n_startup_steps: int = 2) -> None:
        self._threshold = p_threshold
        self._least = max(2, n_startup_steps)
        self._seeds: dict[str, dict[int, Trial]] = {}
        self._scores: dict[str, dict[int, float]] = {}
        self._last: dict[str, float] = {}
        self._broken: set[str] = set()
        self._pruned: dict[str, float] = {}
        self._unsettled: list[Pruned] = []
        self.points = DecisionPoints()

    def add(self, trials: Sequence[Trial]) -> None:
        """Remember which seeds each setting has."""
        for trial in trials:
            self._seeds.setdefault(trial.arm.id, {})[trial.seed] = trial

    def observe(self, observation: Observation) -> None:
        """Remember the last score of the trial."""
        self._last[observation.trial.id] = observation.score

    def decide(self, waiting: Sequence[Observation]) -> list[Verdict]:
        """No trial waits: whole trials are compared."""
        return ["continue"] * len(waiting)

    def end(self, trial: Trial, status: str, rung: float | None = None) -> None:
        """Compare the setting of a trial that has ended with the best one."""
        score = self._last.pop(trial.id, float("nan"))
        if status not in ENDED or not np.isfinite(score):
            self._broken |= {trial.arm.id} if status != "PRUNED" else set()
            return
        self._scores.setdefault(trial.arm.id, {})[trial.seed] = score
        remaining = [one for seed, one in self._seeds[trial.arm.id].items() if seed not in self._scores[trial.arm.id]]
        if trial.arm.id not in self._pruned and remaining and self._is_worse(trial.arm.id):
            done = float(len(self._scores[trial.arm.id]))
            self._pruned[trial.arm.id] = done
            self._unsettled += [Pruned(one.id, done) for one in remaining]

    def settle(self) -> Settled:
        """Return the seeds that are not trained."""
        found, self._unsettled = self._unsettled, []
        return Settled(pruned=tuple(found))

    def _best(self) -> dict[int, float] | None:
        """The scores of the best setting whose seeds have all ended."""
        whole = [
            scores
            for arm, scores in self._scores.items()
            if len(scores) == len(self._seeds[arm]) and arm not in self._broken
        ]
        return max(whole, key=lambda scores: float(np.mean(list(scores.values()))), default=None)

    def _is_worse(self, arm: str) -> bool:
        best, mine = self._best(), self._scores[arm]
        if best is None or arm in self._broken:
            return False
        pairs = [seed for seed in mine if seed in best]
        if len(pairs) < self._least:
            return False
        from scipy.stats import wilcoxon

        differences = np.array([mine[seed] - best[seed] for seed in pairs])
        p_value = wilcoxon(differences, alternative="less", zero_method="zsplit").pvalue
        return bool(p_value < self._threshold) and np.mean(list(mine.values())) < np.mean(list(best.values()))
