"""Trains a pack of a user's own ``torch.nn.Module``: stacked where ``torch.func`` can, else one trial at a time."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.func import functional_call

from trainers.data import Split
from trainers.networks.module_losses import Objective, mean_counted
from trainers.networks.own_module import as_batch, make_module, module_seed, own_stream, trained, without_warnings
from trainers.networks.stacking import obstacle, remembers_more
from trainers.networks.torch_module import TorchTile, to_numpy
from trainers.pack import ModuleSpec, Pack
from trainers.seeding import generator
from trainers.tile import Batches, Part, TileEpoch

PROBE_EXAMPLES = 4
"""Examples on which stacking is tested."""


class ModuleTile(TorchTile):
    """All trials of a pack of modules; implements `trainers.tile.Tile`.

    The trained parameters are those that require gradients; a shared parameter counts once. They form one flat row
    per trial, in the order of ``module.named_parameters()``, and the module's own tensors are views of it. Frozen
    parameters and buffers are separate for each trial, made with its seed, and stay as they are unless the module
    changes them itself.

    One call of ``torch.vmap`` runs all trials. A module for which `trainers.networks.stacking.obstacle` gives a
    reason, such as one with batch normalisation and its running statistics, is made for each trial, and the modules run
    one after the other as in plain torch: with their hooks, their own state and their own random draws.

    **Variant.** L2 decay applies to parameters with two or more dimensions, which are weights rather than biases or
    scales. A parameter without a gradient in a step gets gradient zero, where torch.optim would skip it.

    Args:
        pack: the pack to train; its network is a `trainers.pack.ModuleSpec`.
        trials: indices into ``pack.trials``.
        splits: seed -> split.
        parameters: (k, P) float64 initial parameters.
    """

    def __init__(
        self, pack: Pack, trials: Sequence[int], splits: Mapping[int, Split], parameters: NDArray[Any]
    ) -> None:
        assert isinstance(pack.network, ModuleSpec)
        assert pack.shape is not None, "a pack has filled it in"
        self._objective = Objective(pack.shape, pack.loss)
        self._counted: Tensor | None = None
        spec, kind = pack.network, getattr(torch, pack.dtype)
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        seeds = [pack.trials[trial].seed for trial in trials]

        def build(seed: int) -> nn.Module:
            return make_module(spec, module_seed(seed), pack.example).to(device, kind)

        inputs = next(iter(splits.values())).train_inputs[:PROBE_EXAMPLES]
        self.is_stacked = obstacle(spec, as_batch(inputs, kind), kind) is None
        self._fixed: dict[str, Tensor] = {}
        if self.is_stacked:
            by_seed = {seed: build(seed) for seed in dict.fromkeys(seeds)}
            self._modules = [by_seed[seeds[0]]]
            self._fixed = {
                name: stack_tensors([tensor_of(by_seed[seed], name) for seed in seeds])
                for name in fixed_names(by_seed[seeds[0]])
            }
        else:
            self._modules = [build(seed) for seed in seeds]
        self._shapes = {name: parameter.shape for name, parameter in trained(self._modules[0]).items()}
        self._seeds = seeds
        self._step = 0
        # Random draws of a module, as for dropout, come from a stream per trial.
        self._draws = [int(generator(seed, "init").integers(2**62)) for seed in seeds]
        super().__init__(pack, trials, splits, parameters)

    def _bind(self, flat: Tensor) -> None:
        ends = [0, *accumulate(shape.numel() for shape in self._shapes.values())]
        pieces = list(zip(self._shapes.items(), pairwise(ends), strict=True))
        self._gradient_views = [self.gradients[:, start:stop].view(-1, *shape) for (_, shape), (start, stop) in pieces]
        if self.is_stacked:
            self._leaves = {
                name: flat[:, start:stop].view(-1, *shape).detach().requires_grad_()
                for (name, shape), (start, stop) in pieces
            }
            return
        for row, module in enumerate(self._modules):
            for parameter, ((_, shape), (start, stop)) in zip(trained(module).values(), pieces, strict=True):
                # The module's tensors share the flat row's memory, which preserves its hooks and shared parameters.
                parameter.data = flat[row, start:stop].view(shape)

    def keep(self, rows: Sequence[int]) -> None:
        """Keep only some of the trials, rows in order."""
        if self.is_stacked:
            self._fixed = {name: tensor[list(rows)] for name, tensor in self._fixed.items()}
        else:
            self._modules = [self._modules[row] for row in rows]
        self._seeds = [self._seeds[row] for row in rows]
        self._draws = [self._draws[row] for row in rows]
        super().keep(rows)

    def fixed(self, row: int) -> dict[str, NDArray[Any]]:
        """Copies of a trial's buffers and frozen parameters, by name."""
        if self.is_stacked:
            return {name: to_numpy(tensor[row]) for name, tensor in self._fixed.items()}
        module = self._modules[row]
        return {name: to_numpy(tensor_of(module, name)) for name in fixed_names(module)}

    def is_whole(self, row: int) -> bool:
        """Whether a module has no hooks, random generators of its own or attributes that it has changed."""
        if self.is_stacked:
            return True
        assert isinstance(self.pack.network, ModuleSpec)
        fresh = make_module(self.pack.network, module_seed(self._seeds[row]), self.pack.example)
        return not remembers_more(self._modules[row], fresh)

    def restore_fixed(self, fixed: Sequence[Mapping[str, NDArray[Any]]]) -> None:
        """Restore the buffers and frozen parameters of each trial; a stack makes its own again."""
        if self.is_stacked:
            return
        for module, saved in zip(self._modules, fixed, strict=True):
            for name, values in saved.items():
                tensor_of(module, name).copy_(torch.as_tensor(values))

    def layers(self) -> tuple[tuple[NDArray[Any], NDArray[Any]], ...]:
        """Not supported: a module's parameters are not pairs of weights and biases.

        Raises:
            TypeError: always.
        """
        raise TypeError("The parameters of a module are not layers of weights and biases.")

    def steps(self, epoch: int, last_step: int, batches: Mapping[int, Batches]) -> Generator[Tensor, None, TileEpoch]:
        """Train one epoch; see `TorchTile.steps`."""
        self._train_mode(True)
        # The stream of a step is the same for a training that goes on from a state.
        self._step = last_step - len(next(iter(batches.values())))
        return (yield from super().steps(epoch, last_step, batches))

    def evaluate(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean validation loss (k,) and accuracy (k,), with the modules in ``eval`` mode."""
        self._train_mode(False)
        if self._objective.shape.positions:
            # All positions of the part weigh the same, in whichever portion they are measured.
            self._counted = mean_counted(self._val[1])[self._seed_rows]
        try:
            return super().evaluate()
        finally:
            self._counted = None

    @property
    def _has_hits(self) -> bool:
        return self._objective.has_hits

    def _losses(self, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        if self._objective.is_usual:
            return super()._losses(outputs, targets)
        draws = [number + self._step for number in self._draws]
        return self._objective.measure(outputs.to(self._wide), targets, draws, self._counted)

    def outputs(self, part: Part) -> NDArray[Any]:
        """Raw outputs (k, N, C) for the examples of a part, with the modules in ``eval`` mode."""
        self._train_mode(False)
        return super().outputs(part)

    def forward(self, inputs: Tensor) -> Tensor:
        """Compute the outputs (k, B, C) for inputs (k, B, D)."""
        if self.is_stacked:
            with without_warnings():
                return torch.vmap(self._call)(self._leaves, self._fixed, inputs)
        self._step += self._modules[0].training
        outputs = []
        for row, (module, draws) in enumerate(zip(self._modules, self._draws, strict=True)):
            with own_stream(draws + self._step):
                # Trials of a seed share their batch, and a module may modify it in place.
                outputs.append(module(inputs[row].clone()))
        return torch.stack(outputs)

    def _call(self, own: dict[str, Tensor], fixed: dict[str, Tensor], inputs: Tensor) -> Tensor:
        return functional_call(self._modules[0], {**fixed, **own}, (inputs,))  # type: ignore[no-any-return]

    def _train_mode(self, training: bool) -> None:
        for module in self._modules:
            module.train(training)

    def _differentiate(self, loss: Tensor) -> None:
        """Compute the gradients of each trial's mean loss, including the L2 term."""
        # Trials are independent, so the gradient of the sum contains each trial's own gradient.
        total = loss.mean(1).sum()
        if self.is_stacked:
            leaves = list(self._leaves.values())
            gradients: Sequence[Tensor | None] = torch.autograd.grad(total, leaves, allow_unused=True)
            with torch.no_grad():
                for view, gradient, leaf in zip(self._gradient_views, gradients, leaves, strict=True):
                    self._fill(view, gradient, leaf, leaf.ndim - 1)
            return
        own = [list(trained(module).values()) for module in self._modules]
        for parameter in (parameter for parameters in own for parameter in parameters):
            parameter.grad = None
        with own_stream(self._draws[0]):
            total.backward()  # type: ignore[no-untyped-call]
        with torch.no_grad():
            for row, parameters in enumerate(own):
                for view, parameter in zip(self._gradient_views, parameters, strict=True):
                    self._fill(view[row], parameter.grad, parameter, parameter.ndim)

    def _fill(self, view: Tensor, gradient: Tensor | None, parameter: Tensor, dimensions: int) -> None:
        if gradient is None:
            view.zero_()
        else:
            view.copy_(gradient)
        if self.pack.weight_decay and dimensions > 1:
            view.add_(parameter, alpha=self.pack.weight_decay)


def fixed_names(module: nn.Module) -> list[str]:
    """The names of frozen parameters and of buffers, each tensor once."""
    names = [name for name, parameter in module.named_parameters() if not parameter.requires_grad]
    return [*names, *(name for name, _ in module.named_buffers())]


def tensor_of(module: nn.Module, name: str) -> Tensor:
    """The parameter or buffer of a dotted name, detached."""
    path, _, last = name.rpartition(".")
    tensor = getattr(module.get_submodule(path), last)
    assert isinstance(tensor, Tensor)
    return tensor.detach()


def stack_tensors(tensors: Sequence[Tensor]) -> Tensor:
    """Stack one tensor per trial; without a copy if all are the same tensor."""
    first = tensors[0]
    if all(tensor is first or tensor.data_ptr() == first.data_ptr() for tensor in tensors):
        return first.expand(len(tensors), *first.shape)
    return torch.stack(list(tensors))
