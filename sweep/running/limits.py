"""Watches the limits of a sweep: how much it has trained, what it has found, and how often it has failed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from sweep.analysis.ranking import mean, value_of
from sweep.config.limits import LimitsConfig
from sweep.config.metric import MetricConfig
from sweep.records import ENDED_WELL, TrialResult
from sweep.running.schedulers.scheduler import sign_of

LIMIT_TAG = "limit"
"""Tag of a trial that was CANCELLED since a limit of the sweep was reached: the key of the limit."""

LEAST_TRIALS = 10
"""A failure rate is not judged by fewer trials."""


class Limits:
    """What a sweep has used up of its limits.

    Args:
        config: the limits.
        metric: the metric that decides, and which of its values counts.
        target: value of the metric that ends the sweep; None for none.
        seeds: the seeds on which settings are selected; trials of others are no settings of their own.
    """

    def __init__(
        self, config: LimitsConfig, metric: MetricConfig, target: float | None = None, seeds: Collection[int] = (0,)
    ) -> None:
        self._config = config
        self._metric = metric
        self._sign = sign_of(metric.mode)
        self._target = target if config.target else None
        self._seeds = frozenset(seeds)
        self._trials = self._epochs = self._failed = self._failed_in_a_row = 0
        self._values: defaultdict[str, list[float]] = defaultdict(list)
        self._best = -np.inf
        self._since_best = 0
        self._is_target_reached = False

    def add(self, results: Sequence[TrialResult]) -> str | None:
        """Take trials that have ended, in this start or before; returns the key of the limit that is reached."""
        for result in results:
            if result.status == "CANCELLED":
                continue
            self._trials += 1
            self._epochs += len(result.epochs.get("epoch", ()))
            self._failed += result.status == "FAILED"
            self._failed_in_a_row = self._failed_in_a_row + 1 if result.status == "FAILED" else 0
            self._add_value(result)
        return self.reached(0.0)

    def change(self, changes: Mapping[str, object]) -> None:
        """Change limits, by their keys; the values are checked already."""
        if changes:
            self._config = self._config.model_copy(update=dict(changes))

    def reached(self, minutes: float) -> str | None:
        """Return the key of the limit that is reached after so many minutes of training; None if none is."""
        config = self._config
        used: dict[str, tuple[float, float | None]] = {
            "trials": (self._trials, config.trials),
            "epochs": (self._epochs, config.epochs),
            "minutes": (minutes, config.minutes),
            "no_improvement": (self._since_best, config.no_improvement),
            "failures_in_a_row": (self._failed_in_a_row, config.failures_in_a_row),
        }
        for key, (value, limit) in used.items():
            if limit is not None and value >= limit:
                return key
        if self._is_target_reached:
            return "target"
        rate = config.failure_rate
        if rate is not None and self._trials >= LEAST_TRIALS and self._failed / self._trials > rate:
            return "failure_rate"
        return None

    def _add_value(self, result: TrialResult) -> None:
        """Compare the setting of a trial with the best one, once all of its seeds have ended."""
        values = np.asarray(result.epochs.get(self._metric.name, ()), dtype=np.float64)
        values = values[np.isfinite(values)]
        if self._target is not None and (self._sign * values >= self._sign * self._target).any():
            self._is_target_reached = True
        if result.trial.seed not in self._seeds:
            return
        has_ended_well = result.status in ENDED_WELL
        found = self._values[result.trial.arm.id]
        found.append(value_of(values, self._metric.by, self._metric.mode) if has_ended_well else np.nan)
        if len(found) < len(self._seeds):
            return
        # Of a setting with a seed that has no value, it is NaN, which is never better.
        score = self._sign * mean(found)
        is_better = score > self._best
        self._best = score if is_better else self._best
        self._since_best = 0 if is_better else self._since_best + 1
