"""A tile: the few trials of a pack whose arrays fit a core's cache, trained in step."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from trainers.data import Split
from trainers.diagnostics import norms, update_ratios
from trainers.networks.numpy_mlp import InputRun, NumpyMLP, Workspace
from trainers.pack import Pack
from trainers.segments import Segment, at_step, keep_rows, make_segments, seed_runs

Array = NDArray[Any]
Batches = Sequence[NDArray[np.intp]]

CACHE_BYTES = 2**20
"""What fits a core's second-level cache."""

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
        mean_gradient_norm: (k,) float64, of the mean gradient, from the two samples of `sampled_steps`.
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


def sampled_steps(steps: int) -> dict[int, int]:
    """Pick the steps of an epoch whose gradients are averaged: at most four, in two samples by turns.

    A mini-batch's gradient is largely noise. The product of two means of different batches is free of it: their noises
    have nothing to do with each other, and in many dimensions stand at right angles.

    Returns:
        step -> sample, 0 or 1; an epoch of one step has sample 0 alone.

    >>> sampled_steps(23)
    {0: 0, 6: 1, 12: 0, 18: 1}
    """
    return {step: number % 2 for number, step in enumerate(range(0, steps, -(-steps // 4)))}


def mean_gradient_norms(sums: Array, sampled: Mapping[int, int]) -> NDArray[np.float64]:
    """Length of the mean gradient from the sums (2, k, P) of its two samples: ``sqrt(max(<mean_0, mean_1>, 0))``.

    The sums are overwritten.
    """
    counts = [list(sampled.values()).count(sample) for sample in (0, 1)]
    if counts[1] == 0:
        return norms(sums[0]) / counts[0]
    # Summed by the pairwise rule; a product beyond float32 gives inf, which a plateau passes over.
    products = np.add.reduce(np.multiply(sums[0], sums[1], out=sums[0]), axis=1).astype(np.float64)
    return np.asarray(np.sqrt(np.maximum(products / (counts[0] * counts[1]), 0.0)))


def column_blocks(parameters: Array) -> list[slice]:
    """Cut the parameters (k, P) into blocks of columns that stay in the cache while an optimizer passes over them.

    One block is best as long as the rows fit: each pass costs a call.

    >>> len(column_blocks(np.zeros((8, 4810), np.float32))), len(column_blocks(np.zeros((1, 134_794), np.float32)))
    (1, 3)
    """
    trials, size = parameters.shape
    # Parameters, gradients, scratch and two of state.
    if 5 * parameters.itemsize * size <= CACHE_BYTES:
        return [slice(0, size)]
    width = max(1, CACHE_BYTES // (5 * parameters.itemsize * trials))
    return [slice(start, start + width) for start in range(0, size, width)]


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
        self.work = np.empty_like(parameters)
        self.before = np.empty_like(parameters)
        self.gradient_sums = np.empty((2, *parameters.shape), parameters.dtype)
        self.network = NumpyMLP(
            self.pack.layout,
            self.pack.dense.activation,
            self.pack.task,
            parameters,
            self.gradients,
            self.pack.weight_decay,
            self.compiled,
        )
        self._columns = column_blocks(parameters)
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
        self.gradient_sums.fill(0)
        for step, size in enumerate(sizes):
            inputs, targets = self._gather({seed: batches[seed][step] for seed in self._seeds}, "train")
            loss, hits = self.network.loss_and_gradients(inputs, targets, self._space(size))
            totals[step] = np.add.reduce(loss, axis=1)
            if hits.size:
                hits_total += np.add.reduce(hits, axis=1)
            if step == steps - 1:
                np.copyto(self.before, self.parameters)
            if step in sampled:
                self.gradient_sums[sampled[step]] += self.gradients
            self._update(coefficients, step)
            yield totals[step] / size
        examples = sum(sizes)
        return TileEpoch(
            totals / np.array(sizes)[:, None],
            # One contiguous row a trial: NumPy sums the columns of (steps, 1) and (steps, 2) in different orders.
            np.add.reduce(np.ascontiguousarray(totals.T), axis=1) / examples,
            hits_total / examples if self.pack.task != "regression" else np.full(trials, np.nan),
            np.concatenate([rate[-1, :, 0] for rate in rates]),
            norms(self.gradients, self.work),
            update_ratios(self.before, self.parameters, self.work),
            mean_gradient_norms(self.gradient_sums, sampled),
        )

    def _update(self, coefficients: Sequence[Mapping[str, Array]], step: int) -> None:
        for segment, numbers in zip(self.segments, coefficients, strict=True):
            rows, coefficients_now = segment.rows, at_step(numbers, step)
            fused = self._updates.get(segment.optimizer.name)
            if fused is not None:
                fused(self.parameters[rows], self.gradients[rows], segment.state, coefficients_now)
                continue
            if len(self._columns) == 1:
                segment.optimizer.update(
                    self.parameters[rows], self.gradients[rows], segment.state, coefficients_now, self.work[rows]
                )
                continue
            for columns in self._columns:
                segment.optimizer.update(
                    self.parameters[rows, columns],
                    self.gradients[rows, columns],
                    {name: values[:, columns] for name, values in segment.state.items()},
                    coefficients_now,
                    self.work[rows, columns],
                )

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
