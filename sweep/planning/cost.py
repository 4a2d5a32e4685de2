"""The cost of training as it was measured: seconds of a step, of an evaluation and of a pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sweep.planning.recipe import batch_size_of, steps_per_epoch
from sweep.records import Setting


@dataclass(frozen=True, kw_only=True)
class PackCost:
    """Measured seconds that each pack takes beside its trials, on one worker.

    Args:
        setup: once, before its first step.
        step: of each step, however many trials there are, by batch size (None is all).
        evaluation: of each epoch's evaluation, however many trials there are.
    """

    setup: float = 0.0
    step: Mapping[int | None, float] = field(default_factory=dict)
    evaluation: float = 0.0


@dataclass(frozen=True)
class Rates:
    """Measured seconds on one worker.

    Args:
        step_seconds: of a step, for each trial of a pack, by batch size (None is all).
        evaluation_seconds: of an epoch's evaluation, for each trial.
        pack: what each pack takes beside.
    """

    step_seconds: Mapping[int | None, float]
    evaluation_seconds: float
    pack: PackCost = PackCost()

    def trial_seconds(self, setting: Setting, examples: int) -> float:
        """Estimate how much longer a pack trains for having one trial more."""
        steps = steps_per_epoch(setting, examples)
        each = steps * self.step_seconds[batch_size_of(setting)] + self.evaluation_seconds
        return int(setting["epochs"]) * each

    def pack_seconds(self, setting: Setting, examples: int) -> float:
        """Estimate how long a pack takes beside its trials, given the setting of one of them."""
        steps = steps_per_epoch(setting, examples)
        each = steps * self.pack.step.get(batch_size_of(setting), 0.0) + self.pack.evaluation
        return self.pack.setup + int(setting["epochs"]) * each
