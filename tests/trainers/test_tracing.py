"""A published run is reproduced: given weights, given batches, each step read back, against torch and by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from trainers.data import DataSource, load, split
from trainers.layout import Layout, initial_parameters
from trainers.loop import trace, train
from trainers.pack import NetworkSpec, Pack, TrialSpec
from trainers.schedules import Schedule
from trainers.seeding import generator

Problem = Callable[..., Any]


def test_two_steps_by_hand(one_example: Problem) -> None:
    # z = w + b = 1 + 0 = 1, slope 2 z = 2; w = 1 - 0.1 * 2, b = 0 - 0.1 * 2; then z = 0.6, slope 1.2.
    parts, shape = one_example(2)
    trial = TrialSpec("sgd", {"learning_rate": 0.1})
    pack = Pack(parts, (trial,), NetworkSpec(()), batch_size=1, epochs=1, dtype="float64", shape=shape)
    first, second = trace(pack, initial=[(np.ones((1, 1)), np.zeros(1))])
    assert (first.epoch, first.step, second.epoch, second.step) == (1, 1, 1, 2)
    np.testing.assert_allclose([first.loss[0], second.loss[0]], [1.0, 0.36], rtol=1e-14)
    for step, w, b in ((first, 0.8, -0.2), (second, 0.68, -0.32)):
        ((weights, biases),) = step.parameters
        assert (weights.shape, biases.shape) == ((1, 1, 1), (1, 1))
        np.testing.assert_allclose([weights.item(), biases.item()], [w, b], rtol=1e-14)


TORCH: dict[str, tuple[dict[str, float], Callable[[Any], torch.optim.Optimizer]]] = {
    "sgd": ({"learning_rate": 0.5}, lambda p: torch.optim.SGD(p, lr=0.5)),
    "momentum": (
        {"learning_rate": 0.5, "beta1": 0.8},
        lambda p: torch.optim.SGD(p, lr=0.5 * (1 - 0.8), momentum=0.8),
    ),
    "rmsprop": (
        {"learning_rate": 0.01, "beta2": 0.95, "epsilon": 1e-6},
        lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.95, eps=1e-6),
    ),
    "adam": (
        {"learning_rate": 0.02, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-6},
        lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.8, 0.99), eps=1e-6),
    ),
}


@pytest.mark.parametrize("name", TORCH)
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_a_run_is_that_of_torch_step_by_step(name: str, activation: Any) -> None:
    # digits, 64-16-10, alpha / (1 + 0.5 epoch), 3 epochs of 7 batches and one short one, two seeds in the pack
    hyperparameters, make = TORCH[name]
    data = load(DataSource("digits"))
    trials = tuple(TrialSpec(name, hyperparameters, Schedule("inverse_time", rate=0.5), seed) for seed in (0, 5))
    pack = Pack(data, trials, NetworkSpec((16,), activation), 200, 3, "float64")
    steps = list(trace(pack))
    assert len(steps) == 3 * 8
    for row, seed in enumerate((0, 5)):
        for step, (loss, parameters) in zip(steps, torch_run(data, seed, activation, make), strict=True):
            assert step.loss[row] == pytest.approx(loss, rel=1e-11)
            flat = np.concatenate([part[row].ravel() for layer in step.parameters for part in layer])
            np.testing.assert_allclose(flat, parameters, rtol=0, atol=1e-12)


def torch_run(
    data: Any, seed: int, activation: str, make: Callable[[Any], torch.optim.Optimizer]
) -> Iterator[tuple[float, NDArray[Any]]]:
    parts = split(data, 0.2, "standard", generator(seed, "split"))
    x, y = torch.tensor(parts.train_inputs), torch.tensor(parts.train_targets)
    flat = torch.tensor(initial_parameters(Layout((64, 16, 10)), "he", generator(seed, "init")), requires_grad=True)
    optimizer, shuffler = make([flat]), generator(seed, "batches")
    alpha = optimizer.param_groups[0]["lr"]
    for epoch in range(1, 4):
        optimizer.param_groups[0]["lr"] = alpha / (1 + 0.5 * epoch)
        order = shuffler.permutation(1437)
        for start in range(0, 1437, 200):
            batch = order[start : start + 200]
            w1, b1, w2, b2 = torch.split(flat, [1024, 16, 160, 10])
            hidden = getattr(torch, activation)(x[batch] @ w1.reshape(64, 16) + b1)
            loss = torch.nn.functional.cross_entropy(hidden @ w2.reshape(16, 10) + b2, y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield loss.item(), flat.detach().numpy().copy()


def test_given_batches_are_taken_as_they_come_and_all_trials_see_the_same(problem: Problem) -> None:
    # The gradient of the mean squared error at w = b = 0 is -2 mean(y x), -2 mean(y) over the batch alone.
    parts, shape = problem("regression")
    trials = tuple(TrialSpec("sgd", {"learning_rate": 0.5}, seed=seed) for seed in (0, 9))
    pack = Pack(parts, trials, NetworkSpec((), init="zeros"), epochs=1, dtype="float64", shape=shape)
    batch = np.array([3, 3, 41, 7])
    (step,) = trace(pack, batch_order=[[batch]])
    ((weights, biases),) = step.parameters
    x, y = parts.train_inputs[batch], parts.train_targets[batch]
    for row in range(2):
        np.testing.assert_allclose(weights[row, :, 0], (y[:, None] * x).mean(axis=0), rtol=1e-13)
        np.testing.assert_allclose(biases[row], [y.mean()], rtol=1e-13)


@pytest.mark.parametrize("name", ["adam", "sgd"])
def test_steps_are_counted_on_where_given_epochs_differ_in_length(problem: Problem, name: str) -> None:
    # Five batches cut into epochs of 3 + 1 + 1 are the same steps 1 to 5, for Adam's corrections and for k / sqrt(t).
    parts, shape = problem("multiclass")
    trial = TrialSpec(name, {"learning_rate": 0.1}, Schedule("inverse_sqrt", rate=1.0, by="step"))
    batches = list(np.random.default_rng(0).integers(0, 45, (5, 8)))

    def run(order: list[list[NDArray[Any]]]) -> Pack:
        return Pack(parts, (trial,), epochs=len(order), dtype="float64", shape=shape)

    cut = [batches[:3], batches[3:4], batches[4:]]
    whole, parted = list(trace(run([batches]), batch_order=[batches])), list(trace(run(cut), batch_order=cut))
    assert [(s.epoch, s.step) for s in parted] == [(1, 1), (1, 2), (1, 3), (2, 4), (3, 5)]
    for one, other in zip(whole, parted, strict=True):
        np.testing.assert_array_equal(one.parameters[0][0], other.parameters[0][0])
    epochs = list(train(run(cut), batch_order=cut))
    assert [e.values["steps"].item() for e in epochs] == [3, 4, 5]
    assert [e.values["examples"].item() for e in epochs] == [24, 32, 40]


def test_batches_that_end_early_are_refused(problem: Problem) -> None:
    parts, shape = problem("multiclass")
    pack = Pack(parts, (TrialSpec("sgd", {"learning_rate": 0.1}),), epochs=3, dtype="float64", shape=shape)
    with pytest.raises(ValueError, match=r"`batch_order` must give batches for 3 epochs. Received: 1."):
        list(train(pack, batch_order=[[np.arange(5)]]))


def test_given_weights_are_copied_not_trained_in_place(one_example: Problem) -> None:
    parts, shape = one_example(2)
    initial = [(np.ones((1, 1)), np.zeros(1))]
    pack = Pack(parts, (TrialSpec("sgd", {"learning_rate": 0.1}),), NetworkSpec(()), dtype="float64", shape=shape)
    kept = list(trace(pack, initial=initial))
    assert (initial[0][0].item(), initial[0][1].item()) == (1.0, 0.0)
    assert len({step.parameters[0][0].item() for step in kept}) == len(kept)  # each step has a copy of its own


def test_weights_of_another_shape_are_refused(one_example: Problem) -> None:
    parts, shape = one_example(2)
    pack = Pack(parts, (TrialSpec("sgd", {"learning_rate": 0.1}),), NetworkSpec(()), dtype="float64", shape=shape)
    with pytest.raises(ValueError, match="must have the shapes"):
        list(train(pack, initial=[(np.ones((2, 1)), np.zeros(1))]))


def test_a_trace_is_the_training_that_train_reports(problem: Problem) -> None:
    parts, shape = problem("binary")
    names = ("adam", "sgd", "adam", "momentum")  # not sorted: the trace keeps the pack's order, train's tiles do not
    trials = tuple(TrialSpec(name, {"learning_rate": 0.05}, seed=i % 2) for i, name in enumerate(names))
    pack = Pack(parts, trials, batch_size=45, epochs=4, dtype="float64", shape=shape)
    losses = [epoch.values["train_loss"].tolist() for epoch in train(pack)]
    assert losses == [step.loss.tolist() for step in trace(pack)]
