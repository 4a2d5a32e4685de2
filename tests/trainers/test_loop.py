"""A training's metrics are checked by hand on one example, and recomputed from its traced parameters."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from trainers.data import DataSource, Split, load, split
from trainers.data.dataset import Task
from trainers.data.split import split_indices
from trainers.diagnostics import metric_names
from trainers.loop import trace, train
from trainers.pack import NetworkSpec, Pack, Target, TrialSpec
from trainers.schedules import Schedule
from trainers.seeding import generator

LINEAR = NetworkSpec(hidden=())
ONE_AND_ZERO = [(np.ones((1, 1)), np.zeros(1))]
Problem = Callable[..., Any]


def sgd(learning_rate: float, **options: Any) -> TrialSpec:
    return TrialSpec("sgd", {"learning_rate": learning_rate}, **options)


def by_hand(one_example: Problem, trials: tuple[TrialSpec, ...], repeats: int = 1, **options: Any) -> Pack:
    """One linear model, z -> (1 - 4 alpha) z a step; see the fixture ``one_example``."""
    fixture = {key: options.pop(key) for key in ("val_input", "target_scale") if key in options}
    parts, shape = one_example(repeats, **fixture)
    return Pack(parts, trials, LINEAR, batch_size=1, dtype="float64", shape=shape, **options)


def test_three_epochs_by_hand(one_example: Problem) -> None:
    # alpha = 1/8 halves z: 1, 1/2, 1/4, 1/8. Before its step an epoch has loss z^2, after it a quarter of that.
    # The gradient is (2 z, 2 z), the step (z / 4, z / 4) from (w, b) = (1, 0), (3/4, -1/4), (5/8, -3/8).
    pack = by_hand(one_example, (sgd(0.125),), epochs=3, target_scale=10.0)
    epochs = list(train(pack, initial=ONE_AND_ZERO, clock=itertools.count().__next__))
    table = {name: [float(e.values[name][0]) for e in epochs] for name in metric_names("regression")}
    assert table["train_loss"] == [1, 1 / 4, 1 / 16]
    assert table["val_loss"] == [1 / 4, 1 / 16, 1 / 64]
    assert table["train_rmse"] == [10, 5, 2.5]  # in units of the data, ten of which are one of the network's
    assert table["val_rmse"] == [5, 2.5, 1.25]
    assert table["learning_rate"] == [0.125] * 3
    np.testing.assert_allclose(table["gradient_norm"], [8**0.5, 2**0.5, 0.5**0.5], rtol=1e-15)
    lengths = np.sqrt([1, 9 / 16 + 1 / 16, 25 / 64 + 9 / 64])
    np.testing.assert_allclose(table["update_ratio"], [z / 4 * 2**0.5 for z in (1, 0.5, 0.25)] / lengths, rtol=1e-15)
    assert table["steps"] == table["examples"] == [1, 2, 3]
    assert table["seconds"] == [1, 2, 3]  # the clock ticks once between its two readings in an epoch
    assert all(np.isnan(table[name]).all() for name in ("train_r2", "val_r2"))  # one example has no variance


def test_trials_of_a_tile_share_its_seconds(one_example: Problem) -> None:
    # The clock ticks once in a tile's epoch: a tile of three, then a tile of two.
    pack = by_hand(one_example, (sgd(0.1),) * 5, epochs=2)
    first, second = train(pack, tile_size=3, clock=itertools.count().__next__)
    np.testing.assert_allclose(first.values["seconds"], [1 / 3, 1 / 3, 1 / 3, 1 / 2, 1 / 2])
    np.testing.assert_allclose(second.values["seconds"], [2 / 3, 2 / 3, 2 / 3, 1, 1])


def test_the_metrics_come_in_the_declared_order_as_float64() -> None:
    pack = Pack(load(DataSource("iris")), (sgd(0.1), sgd(0.2)), epochs=1)
    (epoch,) = train(pack)
    assert tuple(epoch.values) == metric_names("multiclass")
    assert {(values.dtype, values.shape) for values in epoch.values.values()} == {(np.dtype(np.float64), (2,))}
    assert epoch.trials.tolist() == [0, 1]


def outputs_of(layers: Any, row: int, inputs: NDArray[Any]) -> NDArray[Any]:
    """The network's outputs (B, C) in the ordinary, example-major way; relu between the layers."""
    for depth, (weights, biases) in enumerate(layers):
        inputs = (np.maximum(inputs, 0.0) if depth else inputs) @ weights[row] + biases[row]
    return inputs


def loss_of(task: Task, outputs: NDArray[Any], targets: NDArray[Any]) -> float:
    if task == "regression":
        return float(np.mean((outputs[:, 0] - targets) ** 2))
    logits = outputs if task == "multiclass" else np.stack([np.zeros(len(outputs)), outputs[:, 0]], axis=1)
    return float(np.mean(np.logaddexp.reduce(logits, axis=1) - logits[np.arange(len(targets)), targets]))


def accuracy_of(task: Task, outputs: NDArray[Any], targets: NDArray[Any]) -> float:
    return float(np.mean((outputs.argmax(axis=1) if task == "multiclass" else outputs[:, 0] > 0) == targets))


@pytest.mark.parametrize(
    ("name", "task"), [("iris", "multiclass"), ("breast_cancer", "binary"), ("diabetes", "regression")]
)
def test_each_metric_is_what_an_independent_evaluation_of_the_parameters_gives(name: str, task: Task) -> None:
    data = load(DataSource(name))
    parts = split(data, 0.2, "standard", generator(4, "split"))
    sizes = len(parts.train_targets)
    rng = np.random.default_rng(0)
    order = [np.split(rng.permutation(sizes), range(50, sizes, 50)) for _ in range(3)]
    rates = Schedule("inverse_time", rate=1.0, by="step")
    trials = (TrialSpec("adam", {"learning_rate": 0.05}, seed=4), sgd(0.01, schedule=rates, seed=4))
    pack = Pack(data, trials, NetworkSpec((6,)), epochs=3, dtype="float64")
    steps = list(trace(pack, batch_order=order))
    layers = [step.parameters for step in steps]
    epochs = list(train(pack, batch_order=order))
    per_epoch = len(order[0])
    for number, (epoch, batches) in enumerate(zip(epochs, order, strict=True)):
        last = (number + 1) * per_epoch - 1
        for row in range(2):
            figures = {key: float(values[row]) for key, values in epoch.values.items()}
            val_outputs = outputs_of(layers[last], row, parts.val_inputs)
            expected = {
                "val_loss": loss_of(task, val_outputs, parts.val_targets),
                "steps": last + 1,
                "examples": (number + 1) * sizes,
                "learning_rate": 0.05 if row == 0 else 0.01 / (2 + last),
                "update_ratio": _ratio(layers[last - 1], layers[last], row),
            }
            if number:  # the parameters before the first step are not in the trace
                seen = [
                    (outputs_of(layers[last - per_epoch + i], row, parts.train_inputs[b]), parts.train_targets[b])
                    for i, b in enumerate(batches)
                ]
                expected["train_loss"] = sum(len(y) * loss_of(task, z, y) for z, y in seen) / sizes
                if task != "regression":
                    expected["train_accuracy"] = sum(len(y) * accuracy_of(task, z, y) for z, y in seen) / sizes
                if row == 1:  # a step of gradient descent is its gradient times the learning rate
                    moved = _flat(layers[last - 1], row) - _flat(layers[last], row)
                    expected["gradient_norm"] = float(np.linalg.norm(moved)) / expected["learning_rate"]
            if task == "regression":
                wrong = (val_outputs[:, 0] - parts.val_targets) * parts.target_scale
                in_units = parts.val_targets * parts.target_scale + parts.target_mean
                expected["val_rmse"] = float(np.sqrt(np.mean(wrong**2)))
                expected["val_r2"] = float(1 - np.sum(wrong**2) / np.sum((in_units - in_units.mean()) ** 2))
                train_rows, _ = split_indices(data, 0.2, generator(4, "split"))
                expected["train_rmse"] = figures["train_loss"] ** 0.5 * float(np.std(data.targets[train_rows]))
                expected["train_r2"] = 1 - figures["train_loss"]  # standardised: the variance is 1
            else:
                expected["val_accuracy"] = accuracy_of(task, val_outputs, parts.val_targets)
            assert {key: figures[key] for key in expected} == pytest.approx(expected, rel=1e-11)


def _flat(layers: Any, row: int) -> NDArray[Any]:
    return np.concatenate([part[row].ravel() for layer in layers for part in layer])


def _ratio(before: Any, after: Any, row: int) -> float:
    old, new = _flat(before, row), _flat(after, row)
    return float(np.linalg.norm(new - old) / np.linalg.norm(old))


def test_the_learning_rate_of_each_epoch_is_the_lectures_table() -> None:
    decay = Schedule("inverse_time", rate=1.0)
    pack = Pack(load(DataSource("iris")), (sgd(0.2, schedule=decay),), epochs=4, batch_size=32)
    rates = [float(epoch.values["learning_rate"][0]) for epoch in train(pack)]
    np.testing.assert_allclose(rates, [0.1, 0.2 / 3, 0.05, 0.04], rtol=1e-15)


def test_a_trial_stops_with_the_first_epoch_that_reaches_its_target(one_example: Problem) -> None:
    # The validation loss is 4^-epoch: 0.25, 0.0625, 0.015625.
    target = Target("val_loss", "min", 0.0625, stop=True)
    pack = by_hand(one_example, (sgd(0.125), sgd(0.001)), epochs=5, target=target)
    ends = [
        (e.epoch, e.trials.tolist(), [(x.trial, x.status, x.step) for x in e.ended])
        for e in train(pack, initial=ONE_AND_ZERO)
    ]
    assert ends == [
        (1, [0, 1], []),
        (2, [0, 1], [(0, "STOPPED", 2)]),
        (3, [1], []),
        (4, [1], []),
        (5, [1], [(1, "COMPLETED", 5)]),
    ]


def test_the_generator_ends_when_all_trials_have_stopped(one_example: Problem) -> None:
    target = Target("learning_rate", "max", 0.125, stop=True)  # reached is also where it is met exactly
    pack = by_hand(one_example, (sgd(0.125), sgd(0.2)), epochs=100, target=target)
    assert [epoch.epoch for epoch in train(pack)] == [1]


def test_a_target_that_does_not_stop_changes_nothing(one_example: Problem) -> None:
    target = Target("val_loss", "min", 0.0625, stop=False)
    pack = by_hand(one_example, (sgd(0.125),), epochs=5, target=target)
    assert [[end.status for end in epoch.ended] for epoch in train(pack)] == [[], [], [], [], ["COMPLETED"]]


def test_zero_weights_that_tie_all_outputs_are_not_a_perfect_training() -> None:
    # All ten outputs are equal, so the first class is predicted: 142 of 1437 training images are of the digit 0.
    data = load(DataSource("digits"))
    pack = Pack(data, (sgd(0.1),), NetworkSpec((8,), init="zeros"), batch_size=None, epochs=1)
    (epoch,) = train(pack)
    parts = split(data, 0.2, "standard", generator(0, "split"))
    assert epoch.values["train_accuracy"].item() == np.mean(parts.train_targets == 0)
    assert np.isnan(epoch.values["update_ratio"].item())


def test_more_validation_examples_than_are_measured_at_once_are_all_counted(problem: Problem) -> None:
    parts, shape = problem("multiclass", train=10, val=1300)
    pack = Pack(parts, (sgd(0.1),), NetworkSpec(()), epochs=1, batch_size=None, dtype="float64", shape=shape)
    (step,), (epoch,) = list(trace(pack)), list(train(pack))
    outputs = outputs_of(step.parameters, 0, parts.val_inputs)
    assert epoch.values["val_loss"].item() == pytest.approx(
        loss_of("multiclass", outputs, parts.val_targets), rel=1e-13
    )
    assert epoch.values["val_accuracy"].item() == accuracy_of("multiclass", outputs, parts.val_targets)


def test_a_split_given_ready_is_trained_on_as_it_is(problem: Problem) -> None:
    parts, shape = problem("binary")
    before = [np.copy(array) for array in (parts.train_inputs, parts.train_targets, parts.val_inputs)]
    assert isinstance(parts, Split)
    list(train(Pack(parts, (sgd(0.1),), epochs=2, dtype="float64", shape=shape)))
    for old, new in zip(before, (parts.train_inputs, parts.train_targets, parts.val_inputs), strict=True):
        np.testing.assert_array_equal(old, new)
