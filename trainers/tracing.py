"""Training step by step: the loss and the parameters of every trial after each step."""

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

    Rows of trials that the state from which it went on does not hold are NaN.
    """

    epoch: int
    step: int
    loss: NDArray[np.float64]
    parameters: tuple[tuple[Array, Array], ...]
    """Per layer copies of the weights (K, inputs, outputs) and biases (K, outputs)."""


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
    """Train as `trainers.loop.train` does, but yield after every step with a copy of the parameters.

    Args:
        pack: what to train; its target is ignored, and a trial that diverges goes on.
        initial: as in `trainers.loop.train`, as all that follows.
        batch_order: of each epoch.
        tile_size: trials trained in step.
        tile_bytes: what the arrays of a tile may take.
        compiled: fuse passes over memory with numba.
        state: where to go on.

    Yields:
        One `StepTrace` a step.

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
        walks = [tile.steps(session.epoch, session.steps, batches) for tile in session.tiles]
        for step in range(finished + 1, session.steps + 1):
            with np.errstate(all="ignore"):
                losses = [copied(next(walk)) for walk in walks]
            yield _together(session, step, losses)
        for walk in walks:
            # Its last step is made; what is left is the epoch's figures, which nobody asks for.
            walk.close()
        if is_fed:
            with np.errstate(all="ignore"):
                for tile in session.tiles:
                    val_loss, _ = tile.evaluate()
                    for segment in tile.segments:
                        segment.observe(pack, tile.trials[segment.rows], val_loss[segment.rows])


def _together(session: Session, step: int, losses: list[Array]) -> StepTrace:
    """One step of all tiles, its rows in the order of the pack's trials."""
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
