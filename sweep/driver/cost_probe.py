"""Measures the cost of training steps on this machine, to estimate how long a plan takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from sweep.planning.cost import PackCost, Rates
from sweep.planning.recipe import Recipe
from trainers.data import DatasetShape, Split, training_size
from trainers.errors import UserCodeError
from trainers.loop import train_session
from trainers.pack import Pack, TrialSpec
from trainers.scoring import score
from trainers.session import Session
from trainers.tile import Part

PROBE_TRIALS = 8
PROBE_BYTES = 2**28
"""Memory limit of the packs used for measuring, unless a single trial needs more.

For trials of that size, larger packs save little more.
"""

ENDLESS = 1_000_000
"""Epochs of a pack that is only measured."""

SCORING_REPETITIONS = 3
"""The first time includes the import of scikit-learn."""

LARGEST_PROBE_EXAMPLES = 8192
"""Larger batches are measured at this size and scaled."""


def measure_rates(
    recipe: Recipe,
    shape: DatasetShape,
    batch_sizes: Sequence[int | None],
    budget_seconds: float = 0.05,
    widest: int = PROBE_TRIALS,
) -> Rates:
    """Time a few steps of the sweep's network on random data, for a single trial and for several together.

    Args:
        recipe: recipe of the sweep.
        shape: shape of its data.
        batch_sizes: batch sizes of the plan; None is all training examples.
        budget_seconds: approximate total time for measuring.
        widest: number of trials that fit into memory together.
    """
    examples = training_size(shape, recipe.validation)
    share = budget_seconds / max(len(batch_sizes), 1) / 2
    steps: dict[int | None, float] = {}
    pack_steps: dict[int | None, float] = {}
    setup = evaluation = pack_evaluation = 0.0
    width = max(1, min(PROBE_TRIALS, widest))
    for batch_size in batch_sizes:
        alone = together = probe(recipe, shape, batch_size, examples, share, 1)
        if width > 1:
            together = probe(recipe, shape, batch_size, examples, share, width)
        steps[batch_size], pack_steps[batch_size] = _split(alone.step, together.step, width)
        evaluation, pack_evaluation = _split(alone.evaluation, together.evaluation, width)
        # The first pack includes the warm-up, which a worker does once and not for each pack.
        setup = min(alone.setup, together.setup)
    return Rates(
        steps,
        evaluation,
        PackCost(setup=setup, step=pack_steps, evaluation=pack_evaluation),
        metric_seconds=scoring_seconds(recipe, shape) / recipe.asked.every,
    )


def probe_width(largest: int, room: int, trials: int) -> int:
    """Return how many trials of ``largest`` bytes to measure together, at most ``trials``.

    >>> probe_width(2**20, 2**30, 100), probe_width(2**20, 2**30, 3), probe_width(2**27, 2**30, 100)
    (8, 3, 2)
    >>> probe_width(2**29, 2**30, 100)
    1
    """
    return max(1, min(PROBE_TRIALS, trials, min(room, PROBE_BYTES) // largest))


def _split(alone: float, together: float, width: int) -> tuple[float, float]:
    """Split the time of a pack of ``width`` trials into the cost per trial and the fixed overhead.

    The cost per trial is at least a tenth of its share, because the two measurements are noisy.

    >>> _split(3.0, 10.0, 8), _split(2.0, 16.0, 8), _split(9.0, 8.0, 8)
    ((1.0, 2.0), (2.0, 0.0), (0.1, 7.2))
    """
    if width == 1:
        return alone, 0.0
    share = together / width
    each = min(max((together - alone) / (width - 1), share / 10), share)
    return each, together - width * each


def scoring_seconds(recipe: Recipe, shape: DatasetShape) -> float:
    """Time the metrics that are asked on random data: seconds of one trial after one epoch.

    Args:
        recipe: recipe of the sweep.
        shape: shape of its data.

    Returns:
        Seconds; 0 if none is asked, or one of the user's own does not take random predictions.
    """
    if not recipe.asked.names:
        return 0.0
    examples = training_size(shape, recipe.validation)
    measured = min(examples, LARGEST_PROBE_EXAMPLES)
    session = Session(_probe_pack(recipe, shape, measured, 1, examples, 1))
    sizes: dict[Part, float] = {
        "val": (shape.examples - examples) / _held_out(shape, examples),
        "train": examples / measured,
    }
    total = 0.0
    try:
        for part, larger in sizes.items():
            if recipe.asked.of_part(part):
                total += larger * min(_timed(session, part) for _ in range(SCORING_REPETITIONS))
    except UserCodeError:
        # The training tells it.
        return 0.0
    return total


def _timed(session: Session, part: Part) -> float:
    begin = perf_counter()
    _, failed = score(session, session.tiles[0], [0], [part])
    for error in failed.values():
        raise error
    return perf_counter() - begin


def _held_out(shape: DatasetShape, examples: int) -> int:
    """Number of examples on which evaluation is measured."""
    return min(shape.examples - examples, LARGEST_PROBE_EXAMPLES)


def _probe_pack(recipe: Recipe, shape: DatasetShape, batch_size: int, steps: int, examples: int, trials: int) -> Pack:
    """Create a pack on random data that never ends, and never computes the metrics that are asked."""
    rng = np.random.default_rng(0)
    # NumPy has no bfloat16; torch converts from float32.
    kind = "float64" if recipe.dtype == "float64" else "float32"
    cut = batch_size * steps
    sizes = (cut + _held_out(shape, examples), *shape.example.item)
    inputs = rng.integers(0, shape.vocabulary, sizes) if shape.vocabulary else rng.standard_normal(sizes).astype(kind)
    if shape.task == "regression":
        targets = rng.standard_normal(len(inputs)).astype(kind)
    else:
        targets = rng.integers(0, max(shape.outputs, 2), (len(inputs), *shape.positions))
    is_tensor = bool(shape.item or shape.positions)
    split = Split(inputs[:cut], targets[:cut], inputs[cut:], targets[cut:], fingerprint="", is_tensor=is_tensor)
    specs = [TrialSpec("adam", {"learning_rate": 1e-3}) for _ in range(trials)]
    recipe = replace(recipe, asked=replace(recipe.asked, every=ENDLESS + 1))
    return recipe.pack(split, specs, batch_size, ENDLESS, shape)


@dataclass(frozen=True)
class Measured:
    """Measured seconds of one pack: its setup, a step, and an evaluation."""

    setup: float
    step: float
    evaluation: float


def probe(
    recipe: Recipe, shape: DatasetShape, batch_size: int | None, examples: int, budget_seconds: float, trials: int
) -> Measured:
    """Time a pack with an expensive optimizer.

    The best of several repetitions is used, to exclude the load of other processes.

    Args:
        recipe: recipe of the sweep.
        shape: shape of its data.
        batch_size: examples per step; None is the whole training part.
        examples: size of the training part.
        budget_seconds: approximate time for measuring.
        trials: number of trials in the pack.
    """
    size = min(batch_size or examples, examples)
    measured = min(size, LARGEST_PROBE_EXAMPLES)
    steps = max(1, min(8, examples // measured))
    pack = _probe_pack(recipe, shape, measured, steps, examples, trials)
    held_out = _held_out(shape, examples)
    best_step, best_evaluation = float("inf"), float("inf")
    begin = perf_counter()
    session = Session(pack)
    start = before = perf_counter()
    setup, trained = start - begin, 0.0
    for metrics in train_session(session):
        now = perf_counter()
        total = float(metrics.values["seconds"].sum())
        best_step = min(best_step, (total - trained) / steps)
        best_evaluation = min(best_evaluation, (now - before) - (total - trained))
        trained, before = total, now
        if now - start > budget_seconds and metrics.epoch >= 2:
            break
    scale_out = (shape.examples - examples) / held_out
    return Measured(setup, best_step * size / measured, best_evaluation * scale_out)
