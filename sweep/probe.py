"""Measures on this machine what a step of training costs, so that a plan can say how long it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from sweep.recipe import Recipe, batch_size_of, steps_per_epoch
from sweep.records import Setting
from trainers.data import DatasetShape, Split, training_examples
from trainers.loop import train
from trainers.pack import TrialSpec

PROBE_TRIALS = 8
LARGEST_PROBE_EXAMPLES = 8192
"""A larger batch than this is measured at this size and scaled."""


@dataclass(frozen=True)
class Rates:
    """Measured seconds a trial on one worker: per step and per epoch's evaluation, by batch size (None is all)."""

    step_seconds: Mapping[int | None, float]
    evaluation_seconds: float

    def trial_seconds(self, setting: Setting, examples: int) -> float:
        """Estimate how long one trial trains."""
        batch_size = batch_size_of(setting)
        steps = steps_per_epoch(setting, examples)
        return int(setting["epochs"]) * (steps * self.step_seconds[batch_size] + self.evaluation_seconds)


def measure_rates(
    recipe: Recipe, shape: DatasetShape, batch_sizes: Sequence[int | None], budget_seconds: float = 0.05
) -> Rates:
    """Train a few steps of the sweep's network on random numbers and time them.

    Args:
        recipe: of the sweep.
        shape: of its data.
        batch_sizes: those of the plan; None is all training examples.
        budget_seconds: roughly how long to measure, all batch sizes together.
    """
    examples = training_examples(shape.examples, recipe.validation)
    share = budget_seconds / max(len(batch_sizes), 1)
    steps: dict[int | None, float] = {}
    evaluation = 0.0
    for batch_size in batch_sizes:
        steps[batch_size], evaluation = probe(recipe, shape, batch_size, examples, share)
    return Rates(steps, evaluation)


def probe(
    recipe: Recipe, shape: DatasetShape, batch_size: int | None, examples: int, budget_seconds: float
) -> tuple[float, float]:
    """Seconds a trial of one step, and of one evaluation after an epoch, with the costliest optimizer.

    The best of several repetitions counts: what a machine can do, not what it does while others use it.

    Args:
        recipe: of the sweep.
        shape: of its data.
        batch_size: examples a step; None is all.
        examples: of the training part.
        budget_seconds: roughly how long to measure.
    """
    size = min(batch_size or examples, examples)
    measured = min(size, LARGEST_PROBE_EXAMPLES)
    steps = max(1, min(8, examples // measured))
    rng = np.random.default_rng(0)
    # NumPy has no bfloat16; torch rounds from float32.
    kind = "float64" if recipe.dtype == "float64" else "float32"
    held_out = min(shape.examples - examples, LARGEST_PROBE_EXAMPLES)
    inputs = rng.standard_normal((measured * steps + held_out, shape.features)).astype(kind)
    if shape.task == "regression":
        targets = rng.standard_normal(len(inputs)).astype(kind)
    else:
        targets = rng.integers(0, max(shape.outputs, 2), len(inputs))
    cut = measured * steps
    split = Split(inputs[:cut], targets[:cut], inputs[cut:], targets[cut:], fingerprint="")
    trials = [TrialSpec("adam", {"learning_rate": 1e-3}) for _ in range(PROBE_TRIALS)]
    pack = recipe.pack(split, trials, measured, 1_000_000, shape)
    best_step, best_evaluation = float("inf"), float("inf")
    start = before = perf_counter()
    trained = 0.0
    for metrics in train(pack):
        now = perf_counter()
        total = float(metrics.values["seconds"].sum())
        best_step = min(best_step, (total - trained) / steps)
        best_evaluation = min(best_evaluation, (now - before) - (total - trained))
        trained, before = total, now
        if now - start > budget_seconds and metrics.epoch >= 2:
            break
    scale = size / measured
    scale_out = (shape.examples - examples) / held_out
    return best_step / PROBE_TRIALS * scale, best_evaluation / PROBE_TRIALS * scale_out
