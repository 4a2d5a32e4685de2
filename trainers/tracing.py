"""Traces a training step by step: the loss and the parameters of every trial after each step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.pack import Pack
from trainers.schedules import RULES
from trainers.session import TILE_BYTES, BatchOrder, Layers, Session
from trainers.state import TrainingState, copied

Array = NDArray[Any]


@dataclass(frozen=True)
class StepTrace:
    """One step of a pack: mean loss (K,) of the mini-batch before the step, and the parameters after it.

    Rows of trials that are not in the state from which it resumed are NaN.
    """

    epoch: int
    step: int
    loss: NDArray[np.float64]
    parameters: tuple[tuple[Array, Array], ...]
    """Copies of the weights (K, inputs, outputs) and biases (K, outputs) of each layer."""


def trace(
    pack: Pack,
    *,
    initial: Layers | None = None,
    batch_order: BatchOrder | None = None,
    tile_size: int | None = None,
    tile_bytes: int = TILE_BYTES,
    compiled: bool = False,
    state: TrainingState | None = None,
) -> Iterator[StepTrace]:
    """Train as `trainers.loop.train` does, but yield a copy of the parameters after every step.

    Args:
        pack: what to train; its target is ignored, and diverged trials continue.
        initial: initial weights and biases; this and all other arguments as in `trainers.loop.train`.
        batch_order: batches of each epoch.
        tile_size: number of trials trained in step.
        tile_bytes: memory for the arrays of a tile.
        compiled: fuse passes over memory with numba.
        state: resume from here.

    Yields:
        One `StepTrace` per step.

    Raises:
        ValueError: as `trainers.loop.train`.

    >>> from trainers.data import DataSource, load
    >>> from trainers.pack import Pack, TrialSpec
    >>> pack = Pack(load(DataSource("iris")), (TrialSpec("adam", {"learning_rate": 0.01}),), epochs=2)
    >>> [(made.epoch, made.step) for made in trace(pack)]
    [(1, 1), (1, 2), (2, 3), (2, 4)]
    """
    session = Session(pack, initial, batch_order, tile_size, compiled=compiled, tile_bytes=tile_bytes, state=state)
    is_fed = any(RULES[trial.schedule.kind].is_fed for trial in pack.trials)
    while session.epoch < pack.epochs:
        finished = session.steps
        batches = session.next_epoch()
        generators = [tile.steps(session.epoch, session.steps, batches) for tile in session.tiles]
        for step in range(finished + 1, session.steps + 1):
            with np.errstate(all="ignore"):
                losses = [copied(next(generator)) for generator in generators]
            yield _merge_tiles(session, step, losses)
        for generator in generators:
            # All steps are made; the rest of the generator would only compute the epoch's results, which are not used.
            generator.close()
        if is_fed:
            with np.errstate(all="ignore"):
                for tile in session.tiles:
                    val_loss, _ = tile.evaluate()
                    for segment in tile.segments:
                        segment.observe(pack, tile.trials[segment.rows], val_loss[segment.rows])


def _merge_tiles(session: Session, step: int, losses: list[Array]) -> StepTrace:
    """One step of all tiles, with rows in the order of the pack's trials."""
    trials = len(session.pack.trials)
    loss = np.full(trials, np.nan)
    parameters: list[tuple[Array, Array]] = []
    for tile, own in zip(session.tiles, losses, strict=True):
        loss[tile.trials] = own
        layers = tile.layers()
        if not parameters:
            parameters = [(_empty(trials, weights), _empty(trials, biases)) for weights, biases in layers]
        for (weights, biases), (own_weights, own_biases) in zip(parameters, layers, strict=True):
            weights[tile.trials], biases[tile.trials] = own_weights, own_biases
    return StepTrace(session.epoch, step, loss, tuple(parameters))


def _empty(trials: int, like: Array) -> Array:
    return np.full((trials, *like.shape[1:]), np.nan, like.dtype)
