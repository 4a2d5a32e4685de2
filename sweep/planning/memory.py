"""Estimates the memory of a worker before anything is allocated, and refuses plans that do not fit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sweep.errors import ResourceError
from sweep.planning.recipe import Recipe, batch_size_of
from sweep.records import Trial
from trainers.data import DatasetShape, training_size
from trainers.networks.numpy_tile import CACHE_BYTES
from trainers.optimizers import OPTIMIZERS
from trainers.pack import ModuleSpec
from trainers.scoring import BLOCK_NUMBERS
from trainers.tile import EVALUATION_EXAMPLES

if TYPE_CHECKING:
    from sweep.config import SweepConfig
    from sweep.planning.plan import Plan

WORKER_BYTES = 250_000_000
"""Memory of a worker without data: Ray, NumPy and the project."""

TORCH_BYTES = 250_000_000
"""Additional memory of PyTorch."""

PACK_BYTES = 2**30
"""Approximate limit of a pack's arrays; once they exceed the cache, larger packs save little time."""

INITIAL_BYTES = 8
"""Bytes of one initial value, which is drawn in float64."""

STACKED_INITIAL = 2**21
"""Approximate maximum of initial values in a tile of several trials, which fits the cache; see `choose_tile_size`."""

ARRAYS, TORCH_ARRAYS = 2, 8
"""Arrays of the size of a trial's parameters, not counting the optimizer's state: parameters and gradients.

On torch also the temporaries of a step and of the norms at the end of an epoch: the parameters before the last step,
copies of them and of those after it, their difference and its square.
"""

CONVERTED = 4
"""Arrays in float64 of the size of the outputs from which the metrics of a block of trials are computed."""

ROW_BYTES = 100
"""Bytes of a row of data that are read by blocks, for each seed: its target, its place, its turn in an epoch, and the
temporaries of a column from which the preparation is learned."""

BLOCK_SHARE = 3
"""Quarters of a window that the temporaries take with which its blocks are encoded, where it has few blocks."""

OWN_STATE = 3
"""State arrays assumed for a user-defined optimizer; built-in optimizers declare their number."""


def number_bytes(recipe: Recipe) -> int:
    """Bytes of one number of the trials; bfloat16 trials are evaluated in float32."""
    return 8 if recipe.dtype == "float64" else 4


def pack_bytes(trials: Sequence[Trial], recipe: Recipe, shape: DatasetShape, largest_batch: int | None = None) -> int:
    """Estimate the memory of a pack's arrays.

    Args:
        trials: one or more trials with the same batch size.
        recipe: what all trials share.
        shape: shape of the data.
        largest_batch: upper limit of the batch size; None uses the setting's batch size.

    Returns:
        bytes of each seed's data, and each trial's parameters, gradients, optimizer state, temporaries and activations.
    """
    seeds = len({trial.seed for trial in trials})
    parameters = recipe.parameters(shape)
    examples = training_size(shape, recipe.validation)
    batch_size = min(batch_size_of(trials[0].arm.setting) or examples, examples, largest_batch or examples)
    state = max(_state_arrays(name) for name in {str(trial.arm.setting["optimizer"]) for trial in trials})
    is_torch = recipe.backend == "torch"
    scratch = 0 if is_torch else 2 * min(parameters, CACHE_BYTES // (5 * number_bytes(recipe)))
    arrays = (TORCH_ARRAYS if is_torch else ARRAYS) + state
    fixed = recipe.module_size.fixed if recipe.module_size else 0
    outputs = _outputs(recipe, shape, examples)
    of_trial = parameters * arrays + scratch + fixed + _activations(recipe, shape, batch_size, examples) + outputs
    converted = CONVERTED * 8 * min(len(trials) * outputs, max(BLOCK_NUMBERS, outputs))
    number, data = number_bytes(recipe), _split_bytes(recipe, shape, seeds)
    # Initial values of each seed are kept; a NumPy tile under construction has its own too. Torch peaks later.
    stacked = 0 if is_torch else min(len(trials) * parameters, parameters + STACKED_INITIAL)
    initial = INITIAL_BYTES * (seeds * parameters + stacked)
    return data + number * len(trials) * of_trial + initial + converted


def _split_bytes(recipe: Recipe, shape: DatasetShape, seeds: int) -> int:
    """Estimate the memory of the splits of a pack's seeds."""
    number = number_bytes(recipe)
    if shape.held is not None:
        window = number * min(shape.held, shape.examples) * (shape.features + 1)
        return seeds * (window + BLOCK_SHARE * window // 4 + ROW_BYTES * shape.examples)
    # Each seed has its split and the network's copy of it, or the two float64 passes that create a split (a file is
    # read in as many); targets are stored in addition to the features.
    return max(2 * seeds * number, seeds * number + 2 * 8) * shape.examples * (shape.features + 1)


def data_bytes(shape: DatasetShape) -> int:
    """Estimate the memory of a data set as it is held: where it is read by blocks, its targets and what splits it."""
    if shape.held is not None:
        return 2 * 8 * shape.examples
    return shape.number_bytes * shape.examples * shape.features


def _state_arrays(optimizer: str) -> int:
    return OWN_STATE if ":" in optimizer else len(OPTIMIZERS[optimizer].init(np.zeros((1, 1))))


def _outputs(recipe: Recipe, shape: DatasetShape, examples: int) -> int:
    """Number of outputs of one trial that are kept to compute the metrics that are asked."""
    sizes = {"val": shape.examples - examples, "train": examples}
    kept = [size for part, size in sizes.items() if recipe.asked.of_part(part)]
    return max(kept, default=0) * max(shape.outputs, 2)


def _activations(recipe: Recipe, shape: DatasetShape, batch_size: int, examples: int) -> int:
    """Number of activations that one trial keeps for the examples of a batch."""
    held_out = shape.examples - examples
    measured = min(held_out, EVALUATION_EXAMPLES)
    if isinstance(recipe.network, ModuleSpec):
        taken = recipe.module_size.taken if recipe.module_size else 0.0
        outputs = shape.outputs * math.prod(shape.positions)
        return int(max(batch_size, measured) * (taken + shape.features + 4 * outputs))
    hidden = sum(recipe.network.hidden)
    if recipe.backend == "torch":
        return max(batch_size, measured) * (4 * hidden + shape.features + 4 * shape.outputs)
    # Arrays are kept for every batch size: full batches, the last one of an epoch, and the validation batches.
    held = (
        batch_size + examples % batch_size + measured + (held_out % EVALUATION_EXAMPLES if measured < held_out else 0)
    )
    return held * (3 * hidden + 2 * shape.outputs)


def base_bytes(recipe: Recipe, shape: DatasetShape) -> int:
    """Estimate a worker's memory without its pack: the libraries, and the data set as it is held."""
    libraries = WORKER_BYTES + (TORCH_BYTES if recipe.backend == "torch" else 0)
    return libraries + data_bytes(shape)


def pack_room(recipe: Recipe, shape: DatasetShape, workers: int, memory: int) -> int:
    """Maximum memory of a pack in bytes: `PACK_BYTES`, or less where the workers' share of memory is smaller.

    The driver process takes as much as a worker without a pack.
    """
    base = base_bytes(recipe, shape)
    return max(1, min(PACK_BYTES, (memory - base) // workers - base))


def one_of_each(plan: Plan) -> Sequence[Trial]:
    """One trial per optimizer and batch size, the only properties that a trial's memory depends on."""
    kinds = {(trial.arm.setting["optimizer"], trial.arm.setting["batch_size"]): trial for trial in plan.trials}
    return tuple(kinds.values())


def require_memory(
    config: SweepConfig, plan: Plan, recipe: Recipe, shape: DatasetShape, workers: int, memory: int
) -> None:
    """Refuse a plan whose largest trial does not fit into memory on all workers at once.

    Args:
        config: configuration of the sweep.
        plan: plan of the sweep.
        recipe: what all trials share.
        shape: shape of the data.
        workers: number of packs trained at once.
        memory: bytes that processes may use on this machine.

    Raises:
        ResourceError: if it does not fit, with the sizes.
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
    key, received, hint = _cause(config, recipe, shape, largest)
    # A worker, which imports this module, never reads a configuration.
    from sweep.config.optimizer_spaces import given_at

    key = given_at(config.spaces, key)
    fitting = (memory - base) // worker
    if fitting >= 1:
        hint = f"Give `resources.workers: {fitting}`, or {hint}"
    raise ResourceError(
        f"{config.place_of(key)}`{key}` must make trials that fit the memory, {gigabytes(memory)} here. "
        f"Received: {received}, of which one trial on each of {workers} workers takes about {gigabytes(worker)} "
        f"({recipe.parameters(shape):,} parameters). "
        f"{hint[0].upper()}{hint[1:]}."
    )


def _cause(config: SweepConfig, recipe: Recipe, shape: DatasetShape, trial: Trial) -> tuple[str, str, str]:
    """Return the key that causes most of the memory use, its value, and a hint."""
    examples = training_size(shape, recipe.validation)
    given = trial.arm.setting["batch_size"]
    batch_size = min(batch_size_of(trial.arm.setting) or examples, examples)
    activations = _activations(recipe, shape, batch_size, examples)
    parameters = recipe.parameters(shape)
    data = 4 * min(shape.held or shape.examples, shape.examples) * (shape.features + 1)
    if data > max(activations, 6 * parameters):
        return "data", f"{shape.examples:,} examples of {shape.features:,} features", "give fewer examples or features"
    if activations > 6 * parameters:
        return "space.batch_size", str(given), "give a smaller batch size or network"
    if isinstance(recipe.network, ModuleSpec):
        return "network.module", recipe.network.module, "make a smaller network"
    return "network.hidden", str(list(recipe.network.hidden)), "give fewer or narrower layers"


def gigabytes(count: float) -> str:
    """Format a number of bytes in gigabytes.

    >>> gigabytes(24_696_061_952)
    '24.7 GB'
    """
    return f"{count / 1e9:,.1f} GB"
