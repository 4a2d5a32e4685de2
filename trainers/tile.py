"""The interface of a tile: the trials of a pack whose arrays fit a core's cache, trained in step."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from trainers.segments import Segment

Array = NDArray[Any]
Batches = Sequence[NDArray[np.intp]]
Part = Literal["train", "val"]

EVALUATION_EXAMPLES = 512
"""Examples evaluated at once: many for speed, but bounded so that a wide layer fits in memory."""


@dataclass(frozen=True)
class TileEpoch:
    """The results of one epoch of a tile of k trials, before evaluation.

    Args:
        losses: (steps, k) float64, mean loss of each mini-batch before its step.
        train_loss: (k,) float64, mean over the epoch's examples.
        train_accuracy: (k,) float64; for regression the mean squared error, NaN if that is the loss.
        learning_rate: (k,) float64, of the last step.
        gradient_norm: (k,) float64, of the last step.
        update_ratio: (k,) float64, of the last step.
        mean_gradient_norm: (k,) float64, norm of the mean gradient, estimated from the two samples of `sampled_steps`
            and the parameters of `sampled_parameters`.
    """

    losses: NDArray[np.float64]
    train_loss: NDArray[np.float64]
    train_accuracy: NDArray[np.float64]
    learning_rate: NDArray[np.float64]
    gradient_norm: NDArray[np.float64]
    update_ratio: NDArray[np.float64]
    mean_gradient_norm: NDArray[np.float64]


class Tile(Protocol):
    """Some trials of a pack, trained in step; implemented for NumPy and for torch."""

    trials: list[int]
    """Indices into the trials of the pack."""
    parameters: Any

    @property
    def segments(self) -> Sequence[Segment]:
        """The optimizers of the trials, in their order."""

    def steps(self, epoch: int, last_step: int, batches: Mapping[int, Batches]) -> Generator[Any, None, TileEpoch]:
        """Train one epoch.

        Args:
            epoch: number of the epoch, from 1.
            last_step: number of the epoch's last step, from 1.
            batches: seed -> the epoch's batches; their sizes are the same for every seed.

        Yields:
            After each step the mean loss (k,) of its mini-batch, measured before the step.

        Returns:
            The results of the epoch.
        """

    def evaluate(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean validation loss (k,) and accuracy (k,), for regression the squared error or NaN, as `TileEpoch`."""

    def outputs(self, part: Part) -> Array:
        """Raw outputs (k, N, C) for the N examples of the training or the validation part, in their order."""

    def keep(self, rows: Sequence[int]) -> None:
        """Keep only some of the trials, rows in order, and drop the arrays of the others."""

    def fixed(self, row: int) -> dict[str, Array]:
        """Copies of a module's buffers and frozen parameters, by name."""

    def is_whole(self, row: int) -> bool:
        """Whether a trial holds nothing beside its parameters, optimizer state and what `fixed` returns."""

    def restore_fixed(self, fixed: Sequence[Mapping[str, Array]]) -> None:
        """Restore what `fixed` has returned for each row."""

    def layers(self) -> tuple[tuple[Array, Array], ...]:
        """Copies of the weights (k, inputs, outputs) and biases (k, outputs) of each layer."""
