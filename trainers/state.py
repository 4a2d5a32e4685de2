"""The state of a pack's trials after an epoch, from which training can resume as if never interrupted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trainers.optimizers.base import Array as AnyArray
from trainers.plateaus import Plateau
from trainers.schedules import Watch

if TYPE_CHECKING:
    from trainers.pack import Pack
    from trainers.tile import Tile

Array = NDArray[Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class TrialState:
    """The state of one trial after an epoch.

    Args:
        trial: index into ``pack.trials``.
        parameters: (P,) in the pack's dtype (float32 for bfloat16), in the order of `trainers.layout.Layout`.
        optimizer: name -> (P,), the optimizer state.
        fixed: name -> array, the buffers and frozen parameters of a module; empty for a dense network.
        is_whole: False for a module that remembers more than this, so that it cannot go on from here.
        watch: state of a schedule with feedback.
        plateau: state of `trainers.plateaus`.
        last_loss: mean training loss of the last step.
        seconds: its share of the training time so far.
        ended: True if it ended with this epoch and does not continue.
    """

    trial: int
    parameters: Array
    optimizer: Mapping[str, Array]
    watch: Watch
    plateau: Plateau
    last_loss: float | None
    seconds: float
    ended: bool
    fixed: Mapping[str, Array] = field(default_factory=dict)
    is_whole: bool = True


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainingState:
    """The state of some trials of a pack after an epoch.

    Args:
        epoch: epochs finished.
        step: steps made.
        examples: examples seen.
        streams: seed -> state of the seed's stream ``batches``, as returned by NumPy's bit generators.
        trials: one entry per trial; trials that ended earlier are excluded.
    """

    epoch: int
    step: int
    examples: int
    streams: Mapping[int, Mapping[str, Any]]
    trials: tuple[TrialState, ...]


def copied(array: AnyArray) -> Array:
    """A NumPy copy of a NumPy array or torch tensor; bfloat16, which NumPy lacks, becomes float32."""
    if isinstance(array, np.ndarray):
        return array.copy()
    from trainers.networks.torch_module import to_numpy

    return to_numpy(array)


def restore(tile: Tile, saved: Sequence[TrialState]) -> None:
    """Restore all but the parameters in a tile whose rows are the trials ``saved`` in order."""
    tile.restore_fixed([one.fixed for one in saved])
    for segment in tile.segments:
        for row, one in enumerate(saved[segment.rows]):
            segment.watches[row] = one.watch
            for name, values in segment.state.items():
                kept = one.optimizer[name]
                values[row] = kept if isinstance(values, np.ndarray) else values.new_tensor(kept)


def check(state: TrainingState, pack: Pack, parameters: int) -> None:
    """Refuse a state that does not match a pack.

    Args:
        state: the state to resume from.
        pack: the pack to resume.
        parameters: P.

    Raises:
        ValueError: with the rule that it violates.
    """
    if state.epoch >= pack.epochs:
        raise ValueError(
            f"`state` must be of an epoch before the last, {pack.epochs}. Received: epoch {state.epoch}. "
            "Give the pack more epochs."
        )
    for one in state.trials:
        if not 0 <= one.trial < len(pack.trials) or one.parameters.shape != (parameters,):
            raise ValueError(
                f"`state` must be of this pack, with {len(pack.trials)} trials of {parameters} parameters. "
                f"Received: trial {one.trial} with {one.parameters.shape}. Give a state that `train` has given for it."
            )
        if pack.trials[one.trial].seed not in state.streams:
            raise ValueError(
                f"`state` must hold the stream of each seed. Received: none of {pack.trials[one.trial].seed}. "
                "Give a state that `train` has given for this pack."
            )
