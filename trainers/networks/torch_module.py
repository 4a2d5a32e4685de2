"""Trains a pack on PyTorch, on CPU or GPU, with the same trials, batches and initial weights as on NumPy."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from trainers.augmentation import augmented
from trainers.data import Split
from trainers.data.blocks.prepared_rows import PreparedRows
from trainers.diagnostics import norms, update_ratios
from trainers.layout import Activation
from trainers.mean_gradient import mean_gradient_norms, sampled_parameters, sampled_steps
from trainers.pack import Pack
from trainers.segments import at_step, keep_rows, make_segments, seed_runs
from trainers.tile import EVALUATION_EXAMPLES, Batches, Part, TileEpoch

Inputs: TypeAlias = "Tensor | Sequence[PreparedRows]"
"""Inputs (S, n, D) of all seeds; of data that are read by blocks, those of each seed."""

ACTIVATIONS = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}


class TorchTile:
    """All trials of a pack as stacked tensors; implements `trainers.tile.Tile`.

    The parameters of all layers form one flat row per trial, so that an optimizer updates the whole pack in a few
    operations; the layers are views of it, through which autograd computes the gradients. A trial's numbers agree with
    those of NumPy, and of any other pack, up to rounding.

    Args:
        pack: the pack to train.
        trials: indices into ``pack.trials``.
        splits: seed -> split.
        parameters: (k, P) float64 initial parameters.
    """

    def __init__(
        self, pack: Pack, trials: Sequence[int], splits: Mapping[int, Split], parameters: NDArray[Any]
    ) -> None:
        self.pack = pack
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.dtype: torch.dtype = getattr(torch, pack.dtype)
        seeds = sorted(splits)
        self._position = {seed: row for row, seed in enumerate(seeds)}
        parts = [splits[seed] for seed in seeds]
        self._train = self._tensors([(part.train_inputs, part.train_targets) for part in parts])
        self._val = self._tensors([(part.val_inputs, part.val_targets) for part in parts])
        flat = torch.as_tensor(parameters).to(self.device, self.dtype)
        self._adopt(list(trials), flat, make_segments(pack, trials, flat))

    def _tensors(self, parts: Sequence[tuple[NDArray[Any], NDArray[Any]]]) -> tuple[Inputs, Tensor]:
        """Stack inputs (S, n, D) and targets (S, n) of all seeds on the device; what is read by blocks stays there."""
        by_blocks: list[Any] = [x for x, _ in parts]
        kind = torch.int64 if self.pack.task == "multiclass" else self._wide
        inputs: Inputs = by_blocks
        if not isinstance(by_blocks[0], PreparedRows):
            stacked = torch.as_tensor(np.stack(by_blocks)).to(self.device)
            inputs = stacked.to(self.dtype) if stacked.is_floating_point() else stacked
        return inputs, torch.as_tensor(np.stack([y for _, y in parts])).to(self.device, kind)

    @property
    def _wide(self) -> torch.dtype:
        """The dtype of the loss: bfloat16 is not precise enough."""
        return torch.float32 if self.dtype == torch.bfloat16 else self.dtype

    def _adopt(self, trials: list[int], flat: Tensor, segments: list[Any]) -> None:
        self.trials = trials
        self.parameters = flat
        self.segments = segments
        self.gradients = torch.empty_like(flat)
        self.work = torch.empty_like(flat)
        self._bind(flat)
        runs = seed_runs(self.pack, trials)
        rows = [self._position[seed] for start, stop, seed in runs for _ in range(start, stop)]
        self._seed_rows = torch.tensor(rows, device=self.device)
        self._one_seed = rows[0] if len(set(rows)) == 1 else None

    def _bind(self, flat: Tensor) -> None:
        """Make the leaf tensors for autograd, and the matching views of the gradients."""
        layout = self.pack.layout
        # The leaves share the memory of the flat rows, so that the next forward pass sees a step on the rows.
        self.weights = [w.detach().requires_grad_() for w in layout.weights(flat)]
        self.biases = [b.detach().requires_grad_() for b in layout.biases(flat)]
        self._gradient_views = [*layout.weights(self.gradients), *layout.biases(self.gradients)]

    def keep(self, rows: Sequence[int]) -> None:
        """Keep only some of the trials, rows in order."""
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

    def layers(self) -> tuple[tuple[NDArray[Any], NDArray[Any]], ...]:
        """Copies of the weights (k, inputs, outputs) and biases (k, outputs) of each layer."""
        pairs = zip(self.weights, self.biases, strict=True)
        return tuple((to_numpy(w), to_numpy(b)) for w, b in pairs)

    def steps(self, epoch: int, last_step: int, batches: Mapping[int, Batches]) -> Generator[Tensor, None, TileEpoch]:
        """Train one epoch; as `trainers.tile.Tile.steps`, but yields tensors."""
        sizes = [len(batch) for batch in next(iter(batches.values()))]
        steps, finished = len(sizes), last_step - len(sizes)
        rates = [s.learning_rates(self.pack, self.trials[s.rows], epoch, finished, steps) for s in self.segments]
        coefficients = [
            {name: self._number(value) for name, value in segment.coefficients(rate, finished).items()}
            for segment, rate in zip(self.segments, rates, strict=True)
        ]
        order = {seed: self._position[seed] for seed in batches}
        indices = torch.as_tensor(
            np.stack([np.concatenate(list(batches[seed])) for seed in sorted(order, key=order.__getitem__)])
        ).to(self.device)
        totals = torch.empty((steps, len(self.trials)), dtype=torch.float64, device=self.device)
        hits_total = torch.zeros(len(self.trials), dtype=torch.float64, device=self.device)
        before = self.parameters
        sampled = sampled_steps(steps)
        sample = sampled_parameters(self.gradients.shape[1])
        gradient_sums = torch.zeros((2, *self.gradients[:, sample].shape), dtype=self._wide, device=self.device)
        start = 0
        for step, size in enumerate(sizes):
            inputs, targets = self._training_batch(indices[:, start : start + size], finished + step)
            start += size
            loss, hits = self._losses(self.forward(inputs), targets)
            totals[step] = loss.detach().sum(1)
            hits_total += hits.sum(1)
            self._differentiate(loss)
            with torch.no_grad():
                if step == steps - 1:
                    before = self.parameters.clone()
                if step in sampled:
                    gradient_sums[sampled[step]] += self.gradients[:, sample]
                for segment, numbers in zip(self.segments, coefficients, strict=True):
                    segment.optimizer.update(
                        self.parameters[segment.rows],
                        self.gradients[segment.rows],
                        segment.state,
                        at_step(numbers, step),
                        self.work[segment.rows],
                    )
            yield totals[step] / size
        sums, examples = to_numpy(totals), sum(sizes)
        accuracy = to_numpy(hits_total) / examples
        return TileEpoch(
            losses=sums / np.array(sizes)[:, None],
            train_loss=sums.sum(axis=0) / examples,
            train_accuracy=accuracy if self._has_hits else np.full(len(accuracy), np.nan),
            learning_rate=np.concatenate([rate[-1, :, 0] for rate in rates]),
            gradient_norm=norms(to_numpy(self.gradients)),
            update_ratio=update_ratios(to_numpy(before), to_numpy(self.parameters)),
            mean_gradient_norm=mean_gradient_norms(to_numpy(gradient_sums), sampled, self.gradients.shape[1]),
        )

    def forward(self, inputs: Tensor) -> Tensor:
        """Compute the outputs (k, B, C) for inputs (k, B, D)."""
        return dense_outputs(inputs, self.weights, self.biases, self.pack.dense.activation)

    @torch.no_grad()
    def evaluate(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean validation loss (k,) and accuracy (k,); see `trainers.tile.Tile.evaluate`."""
        total = self._val[1].shape[1]
        losses = torch.zeros(len(self.trials), dtype=torch.float64, device=self.device)
        hits_total = torch.zeros(len(self.trials), dtype=torch.float64, device=self.device)
        for start in range(0, total, EVALUATION_EXAMPLES):
            part = torch.arange(start, min(start + EVALUATION_EXAMPLES, total), device=self.device)
            inputs, targets = self._gather(self._val, part.expand(len(self._position), -1))
            outputs = self.forward(inputs)
            loss, hits = self._losses(outputs, targets)
            losses += loss.double().sum(1)
            hits_total += hits.sum(1)
        share = to_numpy(hits_total) / total
        return to_numpy(losses) / total, share if self._has_hits else np.full(len(share), np.nan)

    @torch.no_grad()
    def outputs(self, part: Part) -> NDArray[Any]:
        """Raw outputs (k, N, C) for the examples of a part; see `trainers.tile.Tile.outputs`."""
        data = self._train if part == "train" else self._val
        found = []
        total = data[1].shape[1]
        for start in range(0, total, EVALUATION_EXAMPLES):
            rows = torch.arange(start, min(start + EVALUATION_EXAMPLES, total), device=self.device)
            inputs, _ = self._gather(data, rows.expand(len(self._position), -1))
            found.append(to_numpy(self.forward(inputs)))
        return np.concatenate(found, axis=1)

    def _number(self, values: NDArray[np.float64]) -> Tensor:
        return torch.as_tensor(np.array(values)).to(self.device, self.dtype)

    def _read(self, inputs: Sequence[PreparedRows], indices: Tensor) -> Tensor:
        """Read the batch of each seed that a trial has, (S, B, D), from indices (S, B); zeros for other seeds."""
        needed = {self._position[self.pack.trials[trial].seed] for trial in self.trials}
        rows = to_numpy(indices)
        found = np.zeros((len(rows), rows.shape[1], inputs[0].shape[1]), inputs[0].dtype)
        for row in needed:
            found[row] = inputs[row].take(rows[row])
        return torch.as_tensor(found).to(self.device, self.dtype)

    def _gather(self, data: tuple[Inputs, Tensor], indices: Tensor) -> tuple[Tensor, Tensor]:
        """Gather the batch of each trial: inputs (k, B, D) and targets (k, B), from indices (S, B)."""
        inputs, targets = data
        if not isinstance(inputs, Tensor):
            positions = torch.arange(len(indices), device=self.device)[:, None]
            read = self._read(inputs, indices), targets[positions, indices]
            return self._gather(read, torch.arange(indices.shape[1], device=self.device).expand(len(indices), -1))
        trials = len(self.trials)
        if self._one_seed is not None:
            row = self._one_seed
            x, y = inputs[row, indices[row]], targets[row, indices[row]]
            return x.expand(trials, *x.shape), y.expand(trials, *y.shape)
        rows = self._seed_rows[:, None]
        return inputs[rows, indices[self._seed_rows]], targets[rows, indices[self._seed_rows]]

    def _training_batch(self, indices: Tensor, step: int) -> tuple[Tensor, Tensor]:
        """Gather as `_gather`, with the inputs augmented once for all trials of a seed; ``step`` counts from 0."""
        if self.pack.augment is None:
            return self._gather(self._train, indices)
        inputs, targets = self._train
        rows = torch.arange(len(indices), device=self.device)[:, None]
        x = inputs[rows, indices] if isinstance(inputs, Tensor) else self._read(inputs, indices)
        y = targets[rows, indices]
        # Seeds of trials that have left the pack are not augmented any more.
        for seed in {self.pack.trials[trial].seed for trial in self.trials}:
            row = self._position[seed]
            found = augmented(self.pack.augment, to_numpy(x[row]), seed, step)
            x[row] = torch.as_tensor(found).to(self.device, x.dtype)
        return self._gather((x, y), torch.arange(x.shape[1], device=self.device).expand(len(x), -1))

    @property
    def _has_hits(self) -> bool:
        """Whether something beside the loss is measured of each prediction."""
        return self.pack.task != "regression"

    def _losses(self, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Per-example loss (k, B) and hits (k, B), as in `trainers.losses`."""
        outputs = outputs.to(self._wide)
        if self.pack.task == "multiclass":
            loss = functional.cross_entropy(outputs.flatten(0, 1), targets.flatten(), reduction="none")
            hits = (outputs.argmax(2) == targets) & torch.isfinite(outputs.detach().amax(2))
            return loss.view(targets.shape), hits
        z = outputs[:, :, 0]
        if self.pack.task == "binary":
            # From the margin: torch's binary_cross_entropy_with_logits loses digits of a small gradient for y = 0.
            margin = torch.where(targets > 0.5, z, -z)
            return -functional.logsigmoid(margin), ((z > 0) == (targets > 0.5)) & torch.isfinite(z.detach())
        return (z - targets) ** 2, torch.zeros_like(z, dtype=torch.bool)

    def _differentiate(self, loss: Tensor) -> None:
        """Compute the gradients of each trial's mean loss, including the L2 term."""
        leaves = [*self.weights, *self.biases]
        # Trials are independent, so the gradient of the sum contains each trial's own gradient.
        gradients = torch.autograd.grad(loss.mean(1).sum(), leaves)
        with torch.no_grad():
            for view, gradient in zip(self._gradient_views, gradients, strict=True):
                view.copy_(gradient)
            if self.pack.weight_decay:
                for view, weights in zip(self._gradient_views, self.weights, strict=False):
                    view.add_(weights, alpha=self.pack.weight_decay)


def dense_outputs(
    inputs: Tensor, weights: Sequence[Tensor], biases: Sequence[Tensor], activation: Activation
) -> Tensor:
    """Compute the outputs of dense networks: inputs (k, B, D), and of each layer weights and biases -> (k, B, C)."""
    activate = ACTIVATIONS[activation]
    values = inputs
    last = len(weights) - 1
    for layer, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        values = torch.baddbmm(bias[:, None, :], values, weight)
        if layer < last:
            values = activate(values)
    return values


def to_numpy(tensor: Tensor) -> NDArray[Any]:
    """Copy a tensor to a NumPy array; bfloat16, which NumPy lacks, becomes float32."""
    wide = tensor.detach().float() if tensor.dtype == torch.bfloat16 else tensor.detach()
    return wide.cpu().numpy().copy()
