"""A tile: the few trials of a pack whose arrays fit a core's cache, trained in step."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from trainers.data import Split
from trainers.diagnostics import norms
from trainers.mean_gradient import add_sample, mean_gradient_norms, sampled_parameters, sampled_steps
from trainers.networks.numpy_mlp import InputRun, NumpyMLP, Workspace
from trainers.optimizers.base import Coefficients, State
from trainers.pack import Pack
from trainers.segments import Segment, at_step, keep_rows, make_segments, seed_runs

Array = NDArray[Any]
Batches = Sequence[NDArray[np.intp]]

CACHE_BYTES = 2**22
"""What a block of columns takes: wide enough that calls do not count, small enough for the last cache."""

EVALUATION_EXAMPLES = 512
"""Examples measured at once: large for speed, and bounded so that a wide layer fits in memory."""


@dataclass(frozen=True)
class TileEpoch:
    """One epoch of a tile of k trials, before it is evaluated.

    Args:
        losses: (steps, k) float64, mean loss of each mini-batch before its step.
        train_loss: (k,) float64, mean over the epoch's examples.
        train_accuracy: (k,) float64, share of hits; NaN for regression.
        learning_rate: (k,) float64, of the last step.
        gradient_norm: (k,) float64, of the last step.
        update_ratio: (k,) float64, of the last step.
        mean_gradient_norm: (k,) float64, of the mean gradient, from the two samples of `sampled_steps` and the
            parameters of `sampled_parameters`.
    """

    losses: NDArray[np.float64]
    train_loss: NDArray[np.float64]
    train_accuracy: NDArray[np.float64]
    learning_rate: NDArray[np.float64]
    gradient_norm: NDArray[np.float64]
    update_ratio: NDArray[np.float64]
    mean_gradient_norm: NDArray[np.float64]


class Tile(Protocol):
    """Some trials of a pack, trained in step; NumPy and torch each have one."""

    trials: list[int]
    """Indices into the trials of the pack."""
    parameters: Any

    @property
    def segments(self) -> Sequence[Segment]:
        """The optimizers of the trials, in their order."""

    def steps(self, epoch: int, last_step: int, batches: Mapping[int, Batches]) -> Generator[Any, None, TileEpoch]:
        """Train one epoch.

        Args:
            epoch: from 1.
            last_step: number of the epoch's last step, from 1.
            batches: seed -> the epoch's batches; their sizes are the same for every seed.

        Yields:
            After each step the mean loss (k,) of its mini-batch, before the step.

        Returns:
            The epoch's figures.
        """

    def evaluate(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean validation loss (k,) and share of hits (k,), NaN for regression."""

    def keep(self, rows: Sequence[int]) -> None:
        """Go on with some of the trials only, rows in order; what the others held is dropped."""

    def layers(self) -> tuple[tuple[Array, Array], ...]:
        """Copies of the weights (k, inputs, outputs) and biases (k, outputs) of each layer."""


def column_blocks(size: int, itemsize: int) -> list[slice]:
    """Cut a trial's ``size`` parameters into blocks of columns that stay in the cache while an optimizer passes over.

    Smaller networks are one block: each pass costs a call. The blocks do not depend on how many trials train in step,
    so that sums over them do not either.

    >>> len(column_blocks(134_794, 4)), len(column_blocks(1_863_690, 4))
    (1, 9)
    """
    # Parameters, gradients, scratch and two of state.
    width = CACHE_BYTES // (5 * itemsize)
    return [slice(start, min(start + width, size)) for start in range(0, size, width)]


class NumpyTile:
    """Trials ``trials`` (indices into the pack) as stacked arrays, with the state of their optimizers.

    Args:
        pack: what is trained.
        trials: indices into ``pack.trials``, neighbours sharing optimizer and seed where possible.
        splits: seed -> split in the pack's dtype, the inputs with their column of ones.
        parameters: (k, P) initial parameters in the pack's dtype; the tile keeps and changes them.
        compiled: use the fused passes of `trainers.compiled`; the numbers are the same.
    """

    def __init__(
        self,
        pack: Pack,
        trials: Sequence[int],
        splits: Mapping[int, Split],
        parameters: Array,
        compiled: bool = False,
    ) -> None:
        self.pack = pack
        self.compiled = compiled
        self._updates: Mapping[str, Callable[..., None]] = {}
        if compiled:
            from trainers.compiled import UPDATES

            self._updates = UPDATES
        self.splits = splits
        self._adopt(list(trials), parameters, make_segments(pack, trials, parameters))

    def _adopt(self, trials: list[int], parameters: Array, segments: list[Segment]) -> None:
        self.trials = trials
        self.parameters = parameters
        self.segments = segments
        self.gradients = np.empty_like(parameters)
        self._columns = column_blocks(parameters.shape[1], parameters.itemsize)
        # Of one block: that it stays in the cache saves two of the five arrays that go to and from memory.
        self.work = np.empty((len(parameters), self._columns[0].stop), parameters.dtype)
        self.before = np.empty_like(self.work)
        self._sample = sampled_parameters(parameters.shape[1])
        self.gradient_sums = np.empty((2, *parameters[:, self._sample].shape), parameters.dtype)
        self.network = NumpyMLP(
            self.pack.layout,
            self.pack.dense.activation,
            self.pack.task,
            parameters,
            self.gradients,
            self.pack.weight_decay,
            self.compiled,
        )
        self._spaces: dict[int, Workspace] = {}
        self.runs = seed_runs(self.pack, trials)
        self._seeds = list(dict.fromkeys(seed for _, _, seed in self.runs))

    def keep(self, rows: Sequence[int]) -> None:
        """Go on with some of the trials only; see `Tile.keep`."""
        kept = list(rows)
        self._adopt([self.trials[row] for row in kept], self.parameters[kept], keep_rows(self.segments, kept))

    def layers(self) -> tuple[tuple[Array, Array], ...]:
        """Copies of the weights (k, inputs, outputs) and biases (k, outputs) of each layer."""
        layout = self.pack.layout
        pairs = zip(layout.weights(self.parameters), layout.biases(self.parameters), strict=True)
        return tuple((weights.copy(), biases.copy()) for weights, biases in pairs)

    def steps(
        self, epoch: int, last_step: int, batches: Mapping[int, Batches]
    ) -> Generator[NDArray[np.float64], None, TileEpoch]:
        """Train one epoch; see `Tile.steps`."""
        sizes = [len(batch) for batch in next(iter(batches.values()))]
        steps, trials = len(sizes), len(self.trials)
        totals = np.empty((steps, trials))
        hits_total = np.zeros(trials)
        finished = last_step - steps
        rates = [s.learning_rates(self.pack, self.trials[s.rows], epoch, finished, steps) for s in self.segments]
        coefficients = [
            {name: value.astype(self.pack.dtype) for name, value in segment.coefficients(rate, finished).items()}
            for segment, rate in zip(self.segments, rates, strict=True)
        ]
        sampled = sampled_steps(steps)
        for step, size in enumerate(sizes):
            inputs, targets = self._gather({seed: batches[seed][step] for seed in self._seeds}, "train")
            loss, hits = self.network.loss_and_gradients(inputs, targets, self._space(size))
            totals[step] = np.add.reduce(loss, axis=1)
            if hits.size:
                hits_total += np.add.reduce(hits, axis=1)
            add_sample(self.gradient_sums, self.gradients[:, self._sample], step, sampled)
            now = [at_step(numbers, step) for numbers in coefficients]
            if step == steps - 1:
                gradient_norm, update_ratio = self._measured_update(now)
            else:
                self._update(now)
            yield totals[step] / size
        examples = sum(sizes)
        return TileEpoch(
            totals / np.array(sizes)[:, None],
            # One contiguous row a trial: NumPy sums the columns of (steps, 1) and (steps, 2) in different orders.
            np.add.reduce(np.ascontiguousarray(totals.T), axis=1) / examples,
            hits_total / examples if self.pack.task != "regression" else np.full(trials, np.nan),
            np.concatenate([rate[-1, :, 0] for rate in rates]),
            gradient_norm,
            update_ratio,
            mean_gradient_norms(self.gradient_sums, sampled, self.parameters.shape[1]),
        )

    def _update(self, coefficients: Sequence[Mapping[str, Array]]) -> None:
        """Let each segment's optimizer make its step."""
        if len(self._columns) > 1:
            for columns in self._columns:
                self._update_columns(coefficients, columns)
            return
        for segment, numbers in zip(self.segments, coefficients, strict=True):
            rows = segment.rows
            self._step(segment, self.parameters[rows], self.gradients[rows], segment.state, numbers, self.work[rows])

    def _update_columns(self, coefficients: Sequence[Mapping[str, Array]], columns: slice) -> None:
        """Step some columns of a large network, one trial after the other."""
        for segment, numbers in zip(self.segments, coefficients, strict=True):
            for row in range(segment.start, segment.stop):
                one, own = slice(row, row + 1), slice(row - segment.start, row - segment.start + 1)
                self._step(
                    segment,
                    self.parameters[one, columns],
                    self.gradients[one, columns],
                    {name: values[own, columns] for name, values in segment.state.items()},
                    {name: value[own] if len(value) > 1 else value for name, value in numbers.items()},
                    self.work[one, : columns.stop - columns.start],
                )

    def _step(
        self, segment: Segment, parameters: Array, gradients: Array, state: State, numbers: Coefficients, work: Array
    ) -> None:
        fused = self._updates.get(segment.optimizer.name)
        if fused is None:
            segment.optimizer.update(parameters, gradients, state, numbers, work)
        else:
            fused(parameters, gradients, state, numbers)

    def _measured_update(
        self, coefficients: Sequence[Mapping[str, Array]]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Make a step and return the gradient norm (k,) and the update-to-weight ratio (k,).

        A large network is measured block by block while the cache holds it.
        """
        gradient_norm, change, size = np.zeros((3, len(self.trials)))
        for columns in self._columns:
            parameters = self.parameters[:, columns]
            work, before = (array[:, : columns.stop - columns.start] for array in (self.work, self.before))
            np.copyto(before, parameters)
            if len(self._columns) > 1:
                self._update_columns(coefficients, columns)
            else:
                self._update(coefficients)
            gradient_norm = np.hypot(gradient_norm, norms(self.gradients[:, columns], work))
            size = np.hypot(size, norms(before, work))
            change = np.hypot(change, norms(np.subtract(parameters, before, out=before), work))
        size[size == 0.0] = np.nan
        return gradient_norm, change / size

    def _gather(
        self, rows: Mapping[int, NDArray[np.intp] | slice], part: Literal["train", "val"]
    ) -> tuple[list[InputRun], Array]:
        """One gather a seed, shared by all its trials: the inputs of each run and the targets (k, B) of each trial."""
        inputs: dict[int, Array] = {}
        labels: dict[int, Array] = {}
        for seed, chosen in rows.items():
            split = self.splits[seed]
            x, y = split.train_inputs, split.train_targets
            if part == "val":
                x, y = split.val_inputs, split.val_targets
            # For rows, take is three times as fast as indexing.
            inputs[seed] = x[chosen] if isinstance(chosen, slice) else x.take(chosen, axis=0)
            labels[seed] = y[chosen]
        first = labels[self._seeds[0]]
        targets = np.empty((len(self.trials), len(first)), first.dtype)
        for start, stop, seed in self.runs:
            targets[start:stop] = labels[seed]
        return [InputRun(start, stop, inputs[seed]) for start, stop, seed in self.runs], targets

    def _space(self, size: int) -> Workspace:
        if size not in self._spaces:
            self._spaces[size] = self.network.workspace(size)
        return self._spaces[size]

    def evaluate(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean validation loss (k,) and share of hits (k,), NaN for regression."""
        total = len(next(iter(self.splits.values())).val_targets)
        losses, hits_total = np.zeros(len(self.trials)), np.zeros(len(self.trials))
        for start in range(0, total, EVALUATION_EXAMPLES):
            part = slice(start, min(start + EVALUATION_EXAMPLES, total))
            inputs, targets = self._gather(dict.fromkeys(self._seeds, part), "val")
            loss, hits = self.network.evaluate(inputs, targets, self._space(part.stop - start))
            losses += np.add.reduce(loss, axis=1, dtype=np.float64)
            if hits.size:
                hits_total += np.add.reduce(hits, axis=1)
        share = hits_total / total if self.pack.task != "regression" else np.full(len(losses), np.nan)
        return losses / total, share
