"""Cost model of training, from the measured seconds per step, per evaluation and per pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sweep.planning.recipe import batch_size_of, steps_per_epoch
from sweep.records import Setting


@dataclass(frozen=True, kw_only=True)
class PackCost:
    """Measured overhead in seconds of a pack on one worker, independent of its number of trials.

    Args:
        setup: once per pack, before its first step.
        step: per step, by batch size (None is the whole training part).
        evaluation: per epoch, for its evaluation.
    """

    setup: float = 0.0
    step: Mapping[int | None, float] = field(default_factory=dict)
    evaluation: float = 0.0


@dataclass(frozen=True)
class Rates:
    """Measured seconds on one worker.

    Args:
        step_seconds: per step and trial of a pack, by batch size (None is the whole training part).
        evaluation_seconds: per evaluation of an epoch and trial.
        pack: overhead of each pack.
        others: the rates of trials whose network, data or precision costs something else, by their `workload_key`.
        metric_seconds: average per epoch and trial, for the metrics that are asked besides those that every trial has.
        takes_nearest: whether the nearest batch size that was measured counts for one that was not, where a search may
            propose more of them than are measured.

    >>> rates = Rates({16: 0.1, None: 0.9}, 0.0, takes_nearest=True)
    >>> [rates.trial_seconds({"batch_size": size, "epochs": 1}, 100) for size in (20, 80)]
    [0.5, 1.8]
    """

    step_seconds: Mapping[int | None, float]
    evaluation_seconds: float
    pack: PackCost = PackCost()
    others: Mapping[str, Rates] = field(default_factory=dict)
    metric_seconds: float = 0.0
    takes_nearest: bool = False

    def of(self, workload: str) -> Rates:
        """Return the rates of the trials of a workload."""
        return self.others.get(workload, self)

    def trial_seconds(self, setting: Setting, examples: int) -> float:
        """Estimate the training time that one more trial adds to a pack."""
        steps = steps_per_epoch(setting, examples)
        step = self.step_seconds[self._size(self.step_seconds, setting, examples)]
        each = steps * step + self.evaluation_seconds + self.metric_seconds
        return int(setting["epochs"]) * each

    def pack_seconds(self, setting: Setting, examples: int) -> float:
        """Estimate the overhead of a pack, given the setting of one of its trials."""
        steps = steps_per_epoch(setting, examples)
        step = self.pack.step.get(self._size(self.pack.step, setting, examples), 0.0)
        each = steps * step + self.pack.evaluation
        return self.pack.setup + int(setting["epochs"]) * each

    def _size(self, measured: Mapping[int | None, float], setting: Setting, examples: int) -> int | None:
        """Return the batch size whose measurement counts for a setting."""
        size = batch_size_of(setting)
        if size in measured or not measured or not self.takes_nearest:
            return size
        wanted = size or examples
        return min(measured, key=lambda known: abs((known or examples) - wanted))
