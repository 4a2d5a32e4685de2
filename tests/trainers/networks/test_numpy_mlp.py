"""The gradients of the hand-written network are checked by central differences and by torch's autograd."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from trainers.data.dataset import Task
from trainers.layout import Activation, Layout
from trainers.networks.numpy_mlp import InputRun, NumpyMLP, with_ones

Floats = NDArray[np.float64]
HIDDEN: list[tuple[int, ...]] = [(), (4,), (4, 3), (5, 4, 3)]


def random_targets(task: Task, shape: tuple[int, int], rng: np.random.Generator) -> NDArray[np.generic]:
    if task == "regression":
        return rng.standard_normal(shape)
    return rng.integers(0, 3 if task == "multiclass" else 2, shape)


def objective(network: NumpyMLP, runs: list[InputRun], targets: NDArray[np.generic], weight_decay: float) -> Floats:
    """Mean loss of each trial with its L2 term, (K,)."""
    loss, _ = network.evaluate(runs, targets, network.workspace(targets.shape[1]))
    penalty = sum(np.square(w).sum(axis=(1, 2)) for w in network.weights)
    return np.asarray(loss.mean(axis=1) + 0.5 * weight_decay * penalty)


def central_differences(
    network: NumpyMLP, parameters: Floats, runs: list[InputRun], targets: NDArray[np.generic], weight_decay: float
) -> Floats:
    h = 1e-5
    slopes = np.empty_like(parameters)
    for column in range(parameters.shape[1]):
        original = parameters[:, column].copy()
        parameters[:, column] = original + h
        above = objective(network, runs, targets, weight_decay)
        parameters[:, column] = original - h
        below = objective(network, runs, targets, weight_decay)
        parameters[:, column] = original
        slopes[:, column] = (above - below) / (2 * h)
    return slopes


@pytest.mark.parametrize(
    ("activation", "task", "hidden", "weight_decay"),
    [*itertools.product(["relu", "tanh", "sigmoid"], ["multiclass", "binary", "regression"], HIDDEN, [0.0, 0.3])],
)
def test_gradients_are_central_differences(
    activation: Activation, task: Task, hidden: tuple[int, ...], weight_decay: float
) -> None:
    # Three trials on two sets of inputs: the first alone, the other two shared.
    rng = np.random.default_rng(3)
    layout = Layout((3, *hidden, 3 if task == "multiclass" else 1))
    parameters = rng.standard_normal((3, layout.size))
    gradients = np.full_like(parameters, np.nan)
    network = NumpyMLP(layout, activation, task, parameters, gradients, weight_decay)
    runs = [
        InputRun(0, 1, with_ones(rng.standard_normal((6, 3)))),
        InputRun(1, 3, with_ones(rng.standard_normal((6, 3)))),
    ]
    targets = random_targets(task, (3, 6), rng)
    network.loss_and_gradients(runs, targets, network.workspace(6))
    slopes = central_differences(network, parameters, runs, targets, weight_decay)
    np.testing.assert_allclose(gradients, slopes, rtol=1e-6, atol=1e-8)


def torch_objective(
    flat: torch.Tensor, widths: tuple[int, ...], activation: Activation, task: Task, x: torch.Tensor, y: torch.Tensor
) -> torch.Tensor:
    start, a = 0, x
    for layer, (inputs, outputs) in enumerate(itertools.pairwise(widths)):
        weights = flat[start : start + inputs * outputs].reshape(inputs, outputs)
        start += inputs * outputs
        a = a @ weights + flat[start : start + outputs]
        start += outputs
        if layer < len(widths) - 2:
            a = getattr(torch, activation)(a)
    if task == "multiclass":
        return torch.nn.functional.cross_entropy(a, y)
    if task == "binary":
        return torch.nn.functional.binary_cross_entropy_with_logits(a[:, 0], y.to(a.dtype))
    return torch.nn.functional.mse_loss(a[:, 0], y)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
@pytest.mark.parametrize("task", ["multiclass", "binary", "regression"])
def test_loss_and_gradients_are_those_of_torch(activation: Activation, task: Task) -> None:
    rng = np.random.default_rng(4)
    widths = (6, 9, 5, 3 if task == "multiclass" else 1)
    layout = Layout(widths)
    parameters = rng.standard_normal((4, layout.size))
    gradients = np.empty_like(parameters)
    network = NumpyMLP(layout, activation, task, parameters, gradients)
    x, targets = rng.standard_normal((11, 6)), random_targets(task, (4, 11), rng)
    loss, _ = network.loss_and_gradients([InputRun(0, 4, with_ones(x))], targets, network.workspace(11))
    for row in range(4):
        flat = torch.tensor(parameters[row], requires_grad=True)
        expected = torch_objective(flat, widths, activation, task, torch.tensor(x), torch.tensor(targets[row]))
        expected.backward()
        assert flat.grad is not None
        assert loss[row].mean() == pytest.approx(expected.item(), rel=1e-13)
        np.testing.assert_allclose(gradients[row], flat.grad.numpy(), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_extreme_inputs_saturate_without_overflow(activation: Activation) -> None:
    layout = Layout((1, 2, 1))
    parameters = np.array([[1.0, -1.0, 0.0, 0.0, 1.0, 1.0, 0.0]], dtype=np.float32)
    network = NumpyMLP(layout, activation, "regression", parameters, np.empty_like(parameters))
    outputs = network.forward([InputRun(0, 1, with_ones(np.array([[3e4]], np.float32)))], network.workspace(1))
    # relu: 30000 + 0; tanh: 1 - 1; sigmoid: 1 + 0
    assert outputs.item() == {"relu": 3e4, "tanh": 0.0, "sigmoid": 1.0}[activation]


def test_a_relu_is_off_at_exactly_zero() -> None:
    layout = Layout((1, 1, 1))
    parameters = np.array([[0.0, 0.0, 1.0, 5.0]])
    gradients = np.full_like(parameters, np.nan)
    network = NumpyMLP(layout, "relu", "regression", parameters, gradients)
    network.loss_and_gradients([InputRun(0, 1, np.ones((1, 2)))], np.zeros((1, 1)), network.workspace(1))
    # z = 5, so the slope in the output's bias is 2 * 5; nothing passes the relu.
    assert gradients.tolist() == [[0.0, 0.0, 0.0, 10.0]]
