"""Trains a pack of a user's own ``torch.nn.Module``: stacked where ``torch.func`` can, else one trial at a time."""

from __future__ import annotations

import copy
from collections.abc import Generator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.func import functional_call

from trainers.data import Split
from trainers.networks.own_module import make_module, obstacle
from trainers.networks.torch_module import TorchTile
from trainers.pack import ModuleSpec, Pack
from trainers.seeding import generator
from trainers.tile import Batches, TileEpoch


class ModuleTile(TorchTile):
    """All trials of a pack of modules; does what `trainers.tile.Tile` does.

    Each trial's parameters are one flat row, in the order of ``module.named_parameters()``, of which the module's own
    tensors are views. One call of ``torch.vmap`` runs all trials. A module that it cannot run, such as one with batch
    normalisation and its running statistics, is copied for each trial, and the copies run one after the other.

    L2 decay is of the parameters with two or more dimensions, which are weights and not biases or scales.

    Args:
        pack: what is trained; its network is a `trainers.pack.ModuleSpec`.
        trials: indices into ``pack.trials``.
        splits: seed -> split.
        parameters: (k, P) float64 initial parameters.
    """

    def __init__(
        self, pack: Pack, trials: Sequence[int], splits: Mapping[int, Split], parameters: NDArray[Any]
    ) -> None:
        assert isinstance(pack.network, ModuleSpec)
        module = make_module(pack.network)
        named = dict(module.named_parameters())
        self._shapes = {name: parameter.shape for name, parameter in named.items()}
        self.is_stacked = obstacle(module, torch.zeros((4, pack.features))) is None
        kind = getattr(torch, pack.dtype)
        module.to(torch.device("cuda" if torch.cuda.is_available() else "cpu"), kind)
        self._modules = [module] if self.is_stacked else [copy.deepcopy(module) for _ in trials]
        self._step = 0
        # What a module draws itself, as dropout does, is drawn from a stream of the trial's own.
        self._draws = [int(generator(pack.trials[trial].seed, "init").integers(2**62)) for trial in trials]
        super().__init__(pack, trials, splits, parameters)

    def _bind(self, flat: Tensor) -> None:
        ends = [0, *accumulate(shape.numel() for shape in self._shapes.values())]
        pieces = list(zip(self._shapes.items(), pairwise(ends), strict=True))
        self._leaves = {
            name: flat[:, start:stop].view(-1, *shape).detach().requires_grad_()
            for (name, shape), (start, stop) in pieces
        }
        self._gradient_views = [self.gradients[:, start:stop].view(-1, *shape) for (_, shape), (start, stop) in pieces]

    def keep(self, rows: Sequence[int]) -> None:
        """Go on with some of the trials only, rows in order."""
        if not self.is_stacked:
            self._modules = [self._modules[row] for row in rows]
        self._draws = [self._draws[row] for row in rows]
        super().keep(rows)

    def layers(self) -> tuple[tuple[NDArray[Any], NDArray[Any]], ...]:
        """Refused: a module's parameters are not pairs of weights and biases.

        Raises:
            TypeError: always.
        """
        raise TypeError("The parameters of a module are not layers of weights and biases.")

    def steps(self, epoch: int, last_step: int, batches: Mapping[int, Batches]) -> Generator[Tensor, None, TileEpoch]:
        """Train one epoch; see `TorchTile.steps`."""
        self._train_mode(True)
        return (yield from super().steps(epoch, last_step, batches))

    def evaluate(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean validation loss (k,) and share of hits (k,), the modules in ``eval`` mode."""
        self._train_mode(False)
        return super().evaluate()

    def forward(self, inputs: Tensor) -> Tensor:
        """The outputs (k, B, C) of inputs (k, B, D)."""
        if self.is_stacked:
            return torch.vmap(self._call)(self._leaves, inputs)
        self._step += self._modules[0].training
        outputs = []
        with torch.random.fork_rng():
            for row, (module, draws) in enumerate(zip(self._modules, self._draws, strict=True)):
                torch.manual_seed(draws + self._step)
                own = {name: leaf[row] for name, leaf in self._leaves.items()}
                outputs.append(functional_call(module, own, (inputs[row],)))
        return torch.stack(outputs)

    def _call(self, own: dict[str, Tensor], inputs: Tensor) -> Tensor:
        return functional_call(self._modules[0], own, (inputs,))  # type: ignore[no-any-return]

    def _train_mode(self, training: bool) -> None:
        for module in self._modules:
            module.train(training)

    def _differentiate(self, loss: Tensor) -> None:
        """Fill the gradients of each trial's mean loss, with the L2 term."""
        # Trials share nothing, so the gradient of the sum holds each trial's own.
        gradients = torch.autograd.grad(loss.mean(1).sum(), list(self._leaves.values()), allow_unused=True)
        with torch.no_grad():
            for view, gradient, leaf in zip(self._gradient_views, gradients, self._leaves.values(), strict=True):
                if gradient is None:
                    view.zero_()
                else:
                    view.copy_(gradient)
                if self.pack.weight_decay and leaf.ndim > 2:
                    view.add_(leaf, alpha=self.pack.weight_decay)
