"""Benchmarks of the individual kernels of a training step with pytest-benchmark: plain NumPy and compiled.

Usage: python -m pytest bench/kernels.py --benchmark-columns=min,median --benchmark-sort=name
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from trainers import compiled, losses
from trainers.diagnostics import norms
from trainers.layout import Layout
from trainers.networks.numpy_mlp import InputRun, NumpyMLP, with_ones
from trainers.optimizers import OPTIMIZERS, Optimizer

TRIALS, BATCH, LAYOUT = 32, 64, Layout((64, 64, 10))
PARAMETERS = np.random.default_rng(0).standard_normal((TRIALS, LAYOUT.size)).astype(np.float32)


@pytest.fixture(autouse=True)
def _one_core() -> Iterator[None]:
    with threadpool_limits(1):
        yield


def coefficients(optimizer: Optimizer) -> dict[str, Any]:
    """The coefficients of the tenth step."""
    values = {h.name: np.full((TRIALS, 1), h.default or 1e-3) for h in optimizer.hyperparameters}
    numbers = optimizer.coefficients(values, values["learning_rate"][None], np.full((1, 1, 1), 10.0))
    return {name: np.broadcast_to(v.reshape(-1, 1), (TRIALS, 1)).astype(np.float32) for name, v in numbers.items()}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_update_plain(benchmark: Any, name: str) -> None:
    """An optimizer's own update."""
    optimizer = OPTIMIZERS[name]
    w, g, work = PARAMETERS.copy(), PARAMETERS * np.float32(0.01), np.empty_like(PARAMETERS)
    benchmark(optimizer.update, w, g, optimizer.init(w), coefficients(optimizer), work)


@pytest.mark.parametrize("name", compiled.UPDATES)
def test_update_compiled(benchmark: Any, name: str) -> None:
    """The same as one fused pass."""
    optimizer = OPTIMIZERS[name]
    w, g = PARAMETERS.copy(), PARAMETERS * np.float32(0.01)
    benchmark(compiled.UPDATES[name], w, g, optimizer.init(w), coefficients(optimizer))


@pytest.mark.parametrize("module", [losses, compiled], ids=["plain", "compiled"])
def test_softmax_cross_entropy_gradient(benchmark: Any, module: Any) -> None:
    """The loss and its gradient."""
    rng = np.random.default_rng(0)
    z = rng.standard_normal((TRIALS, 10, BATCH)).astype(np.float32)
    targets = rng.integers(0, 10, (TRIALS, BATCH))
    benchmark(module.softmax_cross_entropy_gradient, z, targets)


@pytest.mark.parametrize("fused", [False, True], ids=["plain", "compiled"])
def test_forward_and_backward(benchmark: Any, fused: bool) -> None:
    """A training step without the optimizer."""
    rng = np.random.default_rng(0)
    network = NumpyMLP(LAYOUT, "relu", "multiclass", PARAMETERS.copy(), np.empty_like(PARAMETERS), compiled=fused)
    inputs = [InputRun(0, TRIALS, with_ones(rng.standard_normal((BATCH, 64)).astype(np.float32)))]
    benchmark(network.loss_and_gradients, inputs, rng.integers(0, 10, (TRIALS, BATCH)), network.workspace(BATCH))


def test_norms(benchmark: Any) -> None:
    """The gradient norms of all trials."""
    benchmark(norms, PARAMETERS, np.empty_like(PARAMETERS))
