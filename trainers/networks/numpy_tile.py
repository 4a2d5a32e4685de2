"""Trains a tile of dense networks on NumPy: stacked arrays, each trial with its own optimizer."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.augmentation import augmented
from trainers.data import Split
from trainers.diagnostics import norms
from trainers.mean_gradient import add_sample, mean_gradient_norms, sampled_parameters, sampled_steps
from trainers.networks.numpy_mlp import InputRun, NumpyMLP, Workspace, with_ones
from trainers.optimizers.base import Coefficients, Optimizer, State
from trainers.pack import Pack
from trainers.segments import Segment, at_step, keep_rows, make_segments, seed_runs
from trainers.tile import EVALUATION_EXAMPLES, Batches, Part, TileEpoch

Array = NDArray[Any]

CACHE_BYTES = 2**22
"""Size of a block of columns: large enough that call overhead is negligible, small enough for the last-level cache."""


def column_blocks(size: int, itemsize: int) -> list[slice]:
    """Split a trial's ``size`` parameters into column blocks that stay in the cache during an optimizer's passes.

    Smaller networks are one block, because each pass costs a call. The blocks do not depend on the number of trials
    trained in step, so that sums over them do not either.

    >>> len(column_blocks(134_794, 4)), len(column_blocks(1_863_690, 4))
    (1, 9)
    """
    # Parameters, gradients, scratch and two arrays of state.
    width = CACHE_BYTES // (5 * itemsize)
    return [slice(start, min(start + width, size)) for start in range(0, size, width)]


class NumpyTile:
    """Trials ``trials`` (indices into the pack) as stacked arrays, with the state of their optimizers.

    Args:
        pack: the pack to train.
        trials: indices into ``pack.trials``, adjacent ones sharing optimizer and seed where possible.
        splits: seed -> split in the pack's dtype, the inputs with their column of ones.
        parameters: (k, P) initial parameters in the pack's dtype; the tile keeps and modifies them.
        compiled: use the fused passes of `trainers.compiled`; the results are the same.
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
        self.splits = splits
        self._adopt(list(trials), parameters, make_segments(pack, trials, parameters))

    def _adopt(self, trials: list[int], parameters: Array, segments: list[Segment]) -> None:
        self.trials = trials
        self.parameters = parameters
        self.segments = segments
        self._updates = [self._update_of(segment.optimizer) for segment in segments]
        self.gradients = np.empty_like(parameters)
        self._columns = column_blocks(parameters.shape[1], parameters.itemsize)
        # The size of one block, so that it stays in the cache; this saves two of the five arrays of memory traffic.
        self.work = np.empty((len(parameters), self._columns[0].stop), parameters.dtype)
        self.before = np.empty_like(self.work)
        self._sample = sampled_parameters(parameters.shape[1])
        self.gradient_sums = np.empty((2, *parameters[:, self._sample].shape), parameters.dtype)
        self.network = NumpyMLP(
            layout=self.pack.layout,
            activation=self.pack.dense.activation,
            task=self.pack.task,
            parameters=parameters,
            gradients=self.gradients,
            weight_decay=self.pack.weight_decay,
            compiled=self.compiled,
        )
        self._spaces: dict[int, Workspace] = {}
        self.runs = seed_runs(self.pack, trials)
        self._seeds = list(dict.fromkeys(seed for _, _, seed in self.runs))

    def _update_of(self, optimizer: Optimizer) -> Callable[..., None]:
        """The optimizer's update, fused if requested and available."""
        if self.compiled:
            from trainers.compiled import fused_update

            return fused_update(optimizer) or optimizer.update
        return optimizer.update

    def keep(self, rows: Sequence[int]) -> None:
        """Keep only some of the trials; see `Tile.keep`."""
        kept = list(rows)
        self._adopt([self.trials[row] for row in kept], self.parameters[kept], keep_rows(self.segments, kept))

    def fixed(self, row: int) -> dict[str, NDArray[Any]]:
        """A dense network has none."""
        return {}

    def is_whole(self, row: int) -> bool:
        """A dense network is its parameters."""
        return True

    def restore_fixed(self, fixed: Sequence[Mapping[str, NDArray[Any]]]) -> None:
        """Nothing is held beside the parameters."""

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
            if self.pack.augment is not None:
                inputs = self._augmented(self.pack.augment, inputs, finished + step)
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
            losses=totals / np.array(sizes)[:, None],
            # One contiguous row per trial: NumPy sums the columns of (steps, 1) and (steps, 2) in different orders.
            train_loss=np.add.reduce(np.ascontiguousarray(totals.T), axis=1) / examples,
            train_accuracy=hits_total / examples if self.pack.task != "regression" else np.full(trials, np.nan),
            learning_rate=np.concatenate([rate[-1, :, 0] for rate in rates]),
            gradient_norm=gradient_norm,
            update_ratio=update_ratio,
            mean_gradient_norm=mean_gradient_norms(self.gradient_sums, sampled, self.parameters.shape[1]),
        )

    def _update(self, coefficients: Sequence[Mapping[str, Array]]) -> None:
        """Make one step of each segment's optimizer."""
        if len(self._columns) > 1:
            for columns in self._columns:
                self._update_columns(coefficients, columns)
            return
        for segment, update, numbers in zip(self.segments, self._updates, coefficients, strict=True):
            rows = segment.rows
            update(self.parameters[rows], self.gradients[rows], segment.state, numbers, self.work[rows])

    def _update_columns(self, coefficients: Sequence[Mapping[str, Array]], columns: slice) -> None:
        """Update some columns of a large network, one trial after the other."""
        for segment, update, numbers in zip(self.segments, self._updates, coefficients, strict=True):
            for row in range(segment.start, segment.stop):
                one, own = slice(row, row + 1), slice(row - segment.start, row - segment.start + 1)
                state: State = {name: values[own, columns] for name, values in segment.state.items()}
                now: Coefficients = {name: value[own] if len(value) > 1 else value for name, value in numbers.items()}
                work = self.work[one, : columns.stop - columns.start]
                update(self.parameters[one, columns], self.gradients[one, columns], state, now, work)

    def _measured_update(
        self, coefficients: Sequence[Mapping[str, Array]]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Make a step and return the gradient norm (k,) and the update-to-weight ratio (k,).

        A large network is measured block by block while the block is in the cache.
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

    def _gather(self, rows: Mapping[int, NDArray[np.intp] | slice], part: Part) -> tuple[list[InputRun], Array]:
        """Gather once per seed for all its trials: the inputs of each run and the targets (k, B) of each trial."""
        inputs: dict[int, Array] = {}
        labels: dict[int, Array] = {}
        for seed, chosen in rows.items():
            split = self.splits[seed]
            x, y = split.train_inputs, split.train_targets
            if part == "val":
                x, y = split.val_inputs, split.val_targets
            # To select rows, take is three times as fast as indexing.
            inputs[seed] = x[chosen] if isinstance(chosen, slice) else x.take(chosen, axis=0)
            labels[seed] = y[chosen]
        first = labels[self._seeds[0]]
        targets = np.empty((len(self.trials), len(first)), first.dtype)
        for start, stop, seed in self.runs:
            targets[start:stop] = labels[seed]
        return [InputRun(start, stop, inputs[seed]) for start, stop, seed in self.runs], targets

    def _augmented(self, path: str, runs: Sequence[InputRun], step: int) -> list[InputRun]:
        """Augment the inputs of each run, without their column of ones; ``step`` counts from 0."""
        found: dict[int, Array] = {}
        for run, (_, _, seed) in zip(runs, self.runs, strict=True):
            if seed not in found:
                found[seed] = with_ones(augmented(path, run.inputs[:, :-1], seed, step))
        return [InputRun(start, stop, found[seed]) for start, stop, seed in self.runs]

    def _space(self, size: int) -> Workspace:
        if size not in self._spaces:
            self._spaces[size] = self.network.workspace(size)
        return self._spaces[size]

    def evaluate(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean validation loss (k,) and accuracy (k,), NaN for regression."""
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

    def outputs(self, part: Part) -> Array:
        """Raw outputs (k, N, C) for the examples of a part; see `Tile.outputs`."""
        first = next(iter(self.splits.values()))
        total = len(first.train_targets if part == "train" else first.val_targets)
        found = np.empty((len(self.trials), total, self.network.widths[-1]), self.parameters.dtype)
        for start in range(0, total, EVALUATION_EXAMPLES):
            rows = slice(start, min(start + EVALUATION_EXAMPLES, total))
            inputs, _ = self._gather(dict.fromkeys(self._seeds, rows), part)
            found[:, rows] = self.network.forward(inputs, self._space(rows.stop - start)).transpose(0, 2, 1)
        return found
