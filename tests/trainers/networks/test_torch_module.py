"""The torch tile against numbers worked out by hand and against modules and losses of torch itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from trainers.data import DatasetShape, Split
from trainers.networks.torch_module import TorchTile, to_numpy
from trainers.pack import NetworkSpec, Pack, TrialSpec

BATCHES = [np.arange(0, 9), np.arange(9, 20), np.arange(20, 24)]


def tile_of(pack: Pack, splits: dict[int, Split], rows: Any) -> TorchTile:
    return TorchTile(pack, range(len(pack.trials)), splits, np.asarray(rows))


def exhaust(tile: TorchTile, batches: dict[int, Any]) -> Any:
    """One epoch's figures, and the losses of its steps."""
    steps = len(next(iter(batches.values())))
    running = tile.steps(1, steps, batches)
    losses = []
    while True:
        try:
            losses.append(to_numpy(next(running)))
        except StopIteration as ended:
            return ended.value, np.array(losses)


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        # Before the activation (1, 2) gives (1, 1.5) and (-1, 0) gives (-1, 1.5); then 2 a + 3 b - 1.
        ("relu", [5.5, 3.5]),
        ("tanh", [2 * np.tanh(1.0) + 3 * np.tanh(1.5) - 1, -2 * np.tanh(1.0) + 3 * np.tanh(1.5) - 1]),
    ],
)
def test_outputs_are_those_of_a_network_worked_out_by_hand(activation: Any, expected: list[float]) -> None:
    x = np.array([[1.0, 2.0], [-1.0, 0.0]])
    parts = Split(x, np.zeros(2), x, np.zeros(2), "0" * 16)
    trials = (TrialSpec("sgd", {"learning_rate": 0.1}),) * 2
    network, shape = NetworkSpec((2,), activation), DatasetShape(4, 2, 1, "regression")
    pack = Pack(parts, trials, network, dtype="float64", shape=shape, backend="torch")
    # W1 = [[1, -1], [0, 1]], b1 = (0, 0.5), W2 = (2, 3), b2 = -1; and a second trial of zeros with b2 = 7.
    rows = [[1, -1, 0, 1, 0, 0.5, 2, 3, -1.0], [0.0] * 8 + [7.0]]
    tile = tile_of(pack, {0: parts}, rows)
    outputs = to_numpy(tile.forward(torch.as_tensor(x).expand(2, 2, 2)))
    np.testing.assert_allclose(outputs[0, :, 0], expected, rtol=1e-14)
    assert outputs[1, :, 0].tolist() == [7.0, 7.0]


@pytest.mark.parametrize("task", ["multiclass", "binary", "regression"])
def test_an_epoch_agrees_with_gradient_descent_on_torchs_own_modules(task: str, problem: Callable[..., Any]) -> None:
    parts, shape = problem(task, train=24, val=7)
    trials = tuple(TrialSpec("sgd", {"learning_rate": rate}) for rate in (0.05, 0.4))
    pack = Pack(
        parts, trials, NetworkSpec((4,), "tanh"), dtype="float64", weight_decay=0.1, shape=shape, backend="torch"
    )
    rows = np.random.default_rng(2).standard_normal((2, pack.layout.size))
    tile = tile_of(pack, {0: parts}, rows.copy())
    figures, losses = exhaust(tile, {0: BATCHES})
    val_loss, val_share = tile.evaluate()
    weights, biases = pack.layout.weights(rows), pack.layout.biases(rows)
    for trial, rate in enumerate((0.05, 0.4)):
        net = nn.Sequential(nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, shape.outputs)).double()
        with torch.no_grad():
            for layer, w, b in zip((net[0], net[2]), weights, biases, strict=True):
                layer.weight.copy_(torch.as_tensor(w[trial].T))
                layer.bias.copy_(torch.as_tensor(b[trial]))
        means, right = [], 0
        for batch in BATCHES:
            outputs = net(torch.as_tensor(parts.train_inputs[batch]))
            loss, hits = torch_loss(task, outputs, torch.as_tensor(parts.train_targets[batch]))
            net.zero_grad()
            # L2 of the weights and not of the biases, whose gradient is 0.1 w.
            (loss + 0.05 * sum((net[at].weight ** 2).sum() for at in (0, 2))).backward()
            with torch.no_grad():
                for parameter in net.parameters():
                    parameter -= rate * parameter.grad
            means.append(loss.item())
            right += hits
        np.testing.assert_allclose(losses[:, trial], means, rtol=1e-12)
        # The mean over examples, not over batches of 9, 11 and 4.
        np.testing.assert_allclose(figures.train_loss[trial], np.dot(means, [9, 11, 4]) / 24, rtol=1e-12)
        loss, hits = torch_loss(task, net(torch.as_tensor(parts.val_inputs)), torch.as_tensor(parts.val_targets))
        np.testing.assert_allclose(val_loss[trial], loss.item(), rtol=1e-12)
        if task != "regression":
            assert (figures.train_accuracy[trial], val_share[trial]) == (right / 24, hits / 7)


def torch_loss(task: str, outputs: Any, targets: Any) -> tuple[Any, int]:
    """Mean loss and number of hits."""
    if task == "multiclass":
        return functional.cross_entropy(outputs, targets), int((outputs.argmax(1) == targets).sum())
    z = outputs[:, 0]
    if task == "binary":
        hits = int(((z > 0) == (targets == 1)).sum())
        return functional.binary_cross_entropy_with_logits(z, targets.double()), hits
    return functional.mse_loss(z, targets), 0


def test_each_trial_sees_the_data_and_the_batches_of_its_own_seed() -> None:
    # z = x at the start and y = 0, so that the loss of a step is the square of the example that was drawn.
    def split(*values: float) -> Split:
        x = np.array(values)[:, None]
        return Split(x, np.zeros(len(x)), 10 * x[:1], np.zeros(1), "0" * 16)

    splits = {3: split(1.0, 2.0), 8: split(4.0, 5.0)}
    trials = tuple(TrialSpec("sgd", {"learning_rate": 1e-30}, seed=seed) for seed in (3, 3, 8))
    shape = DatasetShape(3, 1, 1, "regression")
    pack = Pack(splits[3], trials, NetworkSpec(()), dtype="float64", shape=shape, backend="torch")
    tile = tile_of(pack, splits, [[1.0, 0.0]] * 3)
    order = {8: [np.array([1]), np.array([0])], 3: [np.array([0]), np.array([1])]}
    assert exhaust(tile, order)[1].tolist() == [[1.0, 1.0, 25.0], [4.0, 4.0, 16.0]]
    assert tile.evaluate()[0].tolist() == [100.0, 100.0, 1600.0]
    tile.keep([2])
    assert tile.evaluate()[0].tolist() == [1600.0]


def test_the_losses_of_bfloat16_have_the_digits_of_float32() -> None:
    # z = 1 + 2^-7, the next after 1 in bfloat16; its square 1 + 2^-6 + 2^-14 needs 15 digits, of which bfloat16 has 8.
    x, y = np.ones((1, 1), np.float32), np.zeros(1, np.float32)
    parts = Split(x, y, x, y, "0" * 16)
    trials = (TrialSpec("sgd", {"learning_rate": 0.1}),)
    shape = DatasetShape(2, 1, 1, "regression")
    pack = Pack(parts, trials, NetworkSpec(()), dtype="bfloat16", shape=shape, backend="torch")
    tile = tile_of(pack, {0: parts}, [[1 + 2**-7, 0.0]])
    assert tile.parameters.dtype == torch.bfloat16
    assert tile.evaluate()[0].tolist() == [1 + 2**-6 + 2**-14]


@pytest.mark.parametrize(("given", "expected"), [(torch.bfloat16, np.float32), (torch.float64, np.float64)])
def test_an_array_of_a_tensor_is_a_copy_of_a_type_that_numpy_has(given: Any, expected: Any) -> None:
    tensor = torch.tensor([1.0, -0.5], dtype=given, requires_grad=True)
    array = to_numpy(tensor)
    assert array.dtype == expected
    array[0] = 9.0
    assert tensor.tolist() == [1.0, -0.5]
