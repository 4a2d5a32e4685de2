"""Estimates what a worker's arrays take before any of them is made, and refuses what this machine has no room for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sweep.errors import ResourceError
from sweep.planning.recipe import Recipe, batch_size_of
from sweep.records import Trial
from trainers.data import DatasetShape, training_examples
from trainers.networks.numpy_tile import CACHE_BYTES
from trainers.optimizers import OPTIMIZERS
from trainers.pack import ModuleSpec
from trainers.tile import EVALUATION_EXAMPLES

if TYPE_CHECKING:
    from sweep.config import SweepConfig
    from sweep.planning.plan import Plan

WORKER_BYTES = 250_000_000
"""What a worker takes before it has any data: Ray, NumPy and the project."""

TORCH_BYTES = 250_000_000
"""What PyTorch takes more."""

PACK_BYTES = 2**30
"""About what the arrays of a pack may take; beyond the cache, more trials in a pack save little."""

INITIAL_BYTES = 8
"""The initial values of a trial are drawn in float64."""

STACKED_INITIAL = 2**21
"""A tile of several trials has about so many initial values at most, as it fits the cache; see `choose_tile_size`."""

ARRAYS, TORCH_ARRAYS = 2, 8
"""Arrays of the size of a trial's parameters beside the optimizer's state: parameters and gradients.

On torch also the scratch of a step and what the norms at the end of an epoch take: the parameters before the last step,
copies of them and of those after it, their difference and its square.
"""

OWN_STATE = 3
"""Arrays of state that a user's own optimizer is taken to have; ours say it themselves."""


def number_bytes(recipe: Recipe) -> int:
    """Bytes of one number of the trials; what is measured of bfloat16 is in float32."""
    return 8 if recipe.dtype == "float64" else 4


def pack_bytes(trials: Sequence[Trial], recipe: Recipe, shape: DatasetShape, largest_batch: int | None = None) -> int:
    """Estimate what the arrays of a pack take.

    Args:
        trials: one or more, which share the batch size.
        recipe: what they share.
        shape: of the data.
        largest_batch: examples that no batch of it exceeds, whatever the setting says; None for the setting's.

    Returns:
        bytes of each seed's data, and of each trial's parameters, gradients, optimizer state, scratch and activations.
    """
    seeds = len({trial.seed for trial in trials})
    parameters = recipe.parameters(shape)
    examples = training_examples(shape.examples, recipe.validation)
    batch_size = min(batch_size_of(trials[0].arm.setting) or examples, examples, largest_batch or examples)
    state = max(_state_arrays(name) for name in {str(trial.arm.setting["optimizer"]) for trial in trials})
    is_torch = recipe.backend == "torch"
    scratch = 0 if is_torch else 2 * min(parameters, CACHE_BYTES // (5 * number_bytes(recipe)))
    arrays = (TORCH_ARRAYS if is_torch else ARRAYS) + state
    fixed = recipe.module_size.fixed if recipe.module_size else 0
    of_trial = parameters * arrays + scratch + fixed + _activations(recipe, shape, batch_size, examples)
    # The split of each seed, and the copy of it that the network reads, or the two passes in float64 that make a split
    # (a file is read in as many); targets are beside the features.
    number = number_bytes(recipe)
    data = max(2 * seeds * number, seeds * number + 2 * 8) * shape.examples * (shape.features + 1)
    # Those of each seed stay; while a tile of NumPy is made, its trials have theirs too. Torch takes more later.
    stacked = 0 if is_torch else min(len(trials) * parameters, parameters + STACKED_INITIAL)
    initial = INITIAL_BYTES * (seeds * parameters + stacked)
    return data + number * len(trials) * of_trial + initial


def _state_arrays(optimizer: str) -> int:
    return OWN_STATE if ":" in optimizer else len(OPTIMIZERS[optimizer].init(np.zeros((1, 1))))


def _activations(recipe: Recipe, shape: DatasetShape, batch_size: int, examples: int) -> int:
    """Numbers that the examples of a batch leave on their way through the network, of one trial."""
    held_out = shape.examples - examples
    measured = min(held_out, EVALUATION_EXAMPLES)
    if isinstance(recipe.network, ModuleSpec):
        taken = recipe.module_size.taken if recipe.module_size else 0.0
        return int(max(batch_size, measured) * (taken + shape.features + 4 * shape.outputs))
    hidden = sum(recipe.network.hidden)
    if recipe.backend == "torch":
        return max(batch_size, measured) * (4 * hidden + shape.features + 4 * shape.outputs)
    # The arrays of every size of batch stay: full ones, the last of an epoch, and those of the validation.
    held = (
        batch_size + examples % batch_size + measured + (held_out % EVALUATION_EXAMPLES if measured < held_out else 0)
    )
    return held * (3 * hidden + 2 * shape.outputs)


def base_bytes(recipe: Recipe, shape: DatasetShape) -> int:
    """Estimate what a worker takes beside its pack: its libraries, and the data set in float64."""
    return WORKER_BYTES + (TORCH_BYTES if recipe.backend == "torch" else 0) + 8 * shape.examples * shape.features


def pack_room(recipe: Recipe, shape: DatasetShape, workers: int, memory: int) -> int:
    """How many bytes a pack may take: `PACK_BYTES`, or each worker's share of a smaller memory.

    The process that coordinates the sweep takes as much as a worker without a pack.
    """
    base = base_bytes(recipe, shape)
    return max(1, min(PACK_BYTES, (memory - base) // workers - base))


def one_of_each(plan: Plan) -> Sequence[Trial]:
    """A trial of each optimizer with each batch size, which is all that decides what one takes."""
    kinds = {(trial.arm.setting["optimizer"], trial.arm.setting["batch_size"]): trial for trial in plan.trials}
    return tuple(kinds.values())


def require_memory(
    config: SweepConfig, plan: Plan, recipe: Recipe, shape: DatasetShape, workers: int, memory: int
) -> None:
    """Refuse a plan of which the largest trial, on every worker at once, does not fit the memory.

    Args:
        config: the sweep.
        plan: its trials.
        recipe: what they share.
        shape: of the data.
        workers: packs at once.
        memory: bytes that this machine lets its processes use.

    Raises:
        ResourceError: with the sizes.
    """
    largest = max(one_of_each(plan), key=lambda trial: pack_bytes([trial], recipe, shape))
    base = base_bytes(recipe, shape)
    worker = base + pack_bytes([largest], recipe, shape)
    if base + workers * worker <= memory:
        return
    if base + workers * base > memory:
        fewer = "Give `resources.workers: 1`, or let" if 2 * base <= memory and workers > 1 else "Let"
        raise ResourceError(
            "the memory must hold the sweep's processes with their libraries, about "
            f"{gigabytes(base + workers * base)} for {workers} workers. Received: {gigabytes(memory)}. "
            f"{fewer} its processes use more, by `ulimit -v` or the limit of the container."
        )
    key, received, way_out = _cause(config, recipe, shape, largest)
    fitting = (memory - base) // worker
    if fitting >= 1:
        way_out = f"Give `resources.workers: {fitting}`, or {way_out}"
    raise ResourceError(
        f"{config.where(key)}`{key}` must make trials that fit the memory, {gigabytes(memory)} here. "
        f"Received: {received}, of which one trial on each of {workers} workers takes about {gigabytes(worker)} "
        f"({recipe.parameters(shape):,} parameters). "
        f"{way_out[0].upper()}{way_out[1:]}."
    )


def _cause(config: SweepConfig, recipe: Recipe, shape: DatasetShape, trial: Trial) -> tuple[str, str, str]:
    """The key that takes most of the memory, what it holds, and the way out."""
    examples = training_examples(shape.examples, recipe.validation)
    given = trial.arm.setting["batch_size"]
    batch_size = min(batch_size_of(trial.arm.setting) or examples, examples)
    activations = _activations(recipe, shape, batch_size, examples)
    parameters = recipe.parameters(shape)
    data = 4 * shape.examples * (shape.features + 1)
    if data > max(activations, 6 * parameters):
        return "data", f"{shape.examples:,} examples of {shape.features:,} features", "give fewer examples or features"
    if activations > 6 * parameters:
        return "space.batch_size", str(given), "give a smaller batch size or network"
    if isinstance(recipe.network, ModuleSpec):
        return "network.module", recipe.network.module, "make a smaller network"
    return "network.hidden", str(list(recipe.network.hidden)), "give fewer or narrower layers"


def gigabytes(count: float) -> str:
    """Spell bytes.

    >>> gigabytes(24_696_061_952)
    '24.7 GB'
    """
    return f"{count / 1e9:,.1f} GB"
