"""A trial's numbers are the same bit for bit alone and in any pack, and settings that merge are the same too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from trainers.data import DataSource, load
from trainers.data.dataset import Task
from trainers.layout import Activation
from trainers.loop import trace
from trainers.optimizers import OPTIMIZERS
from trainers.pack import NetworkSpec, Pack, Precision, Target, TrialSpec
from trainers.schedules import RULES, Schedule

History = Callable[..., dict[int, list[Any]]]
SCHEDULES = [
    Schedule(),
    Schedule("inverse_time", rate=0.7),
    Schedule("exponential", rate=0.93, by="step"),
    Schedule("inverse_sqrt", rate=1.0, by="step"),
    Schedule("staircase", rate=0.5, interval=2),
    Schedule("staircase", boundaries=(1, 2), values=(1.0, 0.3, 0.1)),
    Schedule("cosine", rate=0.1, warmup=1),
    Schedule("one_cycle", by="step"),
    Schedule("reduce_on_plateau", rate=0.5, patience=0, threshold=0.5),
]


def random_trial(rng: np.random.Generator) -> TrialSpec:
    name = str(rng.choice(list(OPTIMIZERS)))
    numbers = {"learning_rate": float(10 ** rng.uniform(-4, 0)), "beta1": float(rng.choice([0.0, 0.5, 0.9, 0.99]))}
    numbers["beta2"] = float(rng.choice([0.0, 0.9, 0.999]))
    declared = {h.name for h in OPTIMIZERS[name].hyperparameters}
    hyperparameters = {key: value for key, value in numbers.items() if key in declared}
    return TrialSpec(name, hyperparameters, SCHEDULES[rng.integers(len(SCHEDULES))], int(rng.integers(4)))


MATES = tuple(random_trial(np.random.default_rng(number)) for number in range(42))
STUDIED = (
    TrialSpec("sgd", {"learning_rate": 0.1}, SCHEDULES[1], seed=1),
    TrialSpec("momentum", {"learning_rate": 0.2, "beta1": 0.9}, SCHEDULES[3], seed=2),
    TrialSpec("rmsprop", {"learning_rate": 0.01}, SCHEDULES[4], seed=3),
    TrialSpec("adam", {"learning_rate": 0.02}, SCHEDULES[2], seed=1),
    TrialSpec("nesterov", {"learning_rate": 0.2}, SCHEDULES[6], seed=2),
    TrialSpec("adamw", {"learning_rate": 0.02, "weight_decay": 0.1}, SCHEDULES[8], seed=3),
    TrialSpec("nadam", {"learning_rate": 0.02}, SCHEDULES[7], seed=1),
    TrialSpec("lion", {"learning_rate": 0.01}, SCHEDULES[8], seed=0),
)
FIFTY = MATES[:17] + STUDIED[:2] + MATES[17:] + STUDIED[2:]
PLACES = (17, 18, *range(44, 50))


@pytest.mark.parametrize("batch_size", [1, 7, 32, None])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("task", ["multiclass", "binary", "regression"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_a_trial_is_the_same_alone_and_among_any_49_others(
    problem: Any, history: History, activation: Activation, task: Task, dtype: Precision, batch_size: int | None
) -> None:
    parts, shape = problem(task, train=37, val=21, classes=11, dtype=dtype)

    def pack(trials: tuple[TrialSpec, ...]) -> Pack:
        return Pack(parts, trials, NetworkSpec((8, 3), activation), batch_size, 2, dtype, 0.01, shape=shape)

    alone = [history(pack((trial,)))[0] for trial in STUDIED]
    for tile_size in (None, 7):
        among_fifty = history(pack(FIFTY), tile_size=tile_size)
        assert [among_fifty[place] for place in PLACES] == alone
    in_pairs = [history(pack((MATES[i], trial)))[1] for i, trial in enumerate(STUDIED)]
    assert in_pairs == alone


@pytest.mark.parametrize("hidden", [(), (1,), (70,)])
@pytest.mark.parametrize("batch_size", [1, 64, None])
def test_each_tile_size_gives_the_same_numbers_on_real_data(
    history: History, hidden: tuple[int, ...], batch_size: int | None
) -> None:
    # Each of four seeds has its own split here; of 455 training examples, batches of 64 leave a last one of 7.
    def pack(trials: tuple[TrialSpec, ...]) -> Pack:
        return Pack(load(DataSource("breast_cancer")), trials, NetworkSpec(hidden), batch_size, 2)

    trials = STUDIED + MATES[:4]
    expected = history(pack(trials))
    for tile_size in (1, 2, 3, 8, 100):
        assert history(pack(trials), tile_size=tile_size) == expected


def test_mates_that_diverge_or_stop_change_nothing(problem: Any, history: History) -> None:
    parts, shape = problem("multiclass")
    diverging = TrialSpec("momentum", {"learning_rate": 1e30, "beta1": 0.5})
    stopping = TrialSpec("adam", {"learning_rate": 0.1})
    slow = TrialSpec("adam", {"learning_rate": 1e-4})
    target = Target("train_loss", "min", 0.5, stop=True)

    def pack(*trials: TrialSpec) -> Pack:
        return Pack(parts, trials, batch_size=8, epochs=12, dtype="float64", target=target, shape=shape)

    trials = (slow, diverging, *STUDIED, stopping, diverging, slow)
    together = history(pack(*trials), tile_size=5)
    assert [together[row][-1][1] for row in (0, 1, 10, 12)] == ["COMPLETED", "DIVERGED", "STOPPED", "COMPLETED"]
    assert len({together[row][-1][0] for row in (0, 1, 10)}) == 3  # they end in different epochs
    assert [together[row] for row in range(len(trials))] == [history(pack(trial))[0] for trial in trials]


def same_training(first: TrialSpec, second: TrialSpec, history: History, **options: Any) -> None:
    """Train both alone on digits, whose constant pixels are the corner case, and compare metrics and parameters."""
    data = load(DataSource("digits"))
    other = options.pop("second_batch_size", options.get("batch_size"))
    common = {"epochs": 3, "network": NetworkSpec((8,))} | options
    packs = Pack(data, (first,), **common), Pack(data, (second,), **common | {"batch_size": other})
    (metrics,), (others,) = (history(pack).values() for pack in packs)
    assert len(metrics) == 4
    assert metrics == others
    for one, two in zip(trace(packs[0]), trace(packs[1]), strict=True):
        for layer, layer_of_other in zip(one.parameters, two.parameters, strict=True):
            np.testing.assert_array_equal(layer[0], layer_of_other[0])
            np.testing.assert_array_equal(layer[1], layer_of_other[1])


@pytest.mark.parametrize("init", ["he", "zeros"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("learning_rate", [0.1, 3.7e-5])
def test_momentum_with_beta1_of_zero_is_gradient_descent(
    history: History, init: Any, dtype: Precision, learning_rate: float
) -> None:
    same_training(
        TrialSpec("sgd", {"learning_rate": learning_rate}),
        TrialSpec("momentum", {"learning_rate": learning_rate, "beta1": 0.0}),
        history,
        network=NetworkSpec((8,), init=init),
        dtype=dtype,
        batch_size=100,
        weight_decay=1e-3,
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("by", ["epoch", "step"])
@pytest.mark.parametrize("kind", [kind for kind, rule in RULES.items() if rule.neutral_rate is not None])
def test_a_decay_at_its_neutral_rate_is_constant(history: History, kind: str, by: Any, dtype: Precision) -> None:
    rate = {"learning_rate": 0.013}
    neutral = Schedule(kind, rate=RULES[kind].neutral_rate, by=by)
    same_training(TrialSpec("adam", rate), TrialSpec("adam", rate, neutral), history, dtype=dtype, batch_size=200)


@pytest.mark.parametrize("by", ["epoch", "step"])
def test_a_staircase_whose_values_are_all_one_is_constant(history: History, by: Any) -> None:
    rate = {"learning_rate": 0.013}
    level = Schedule("staircase", by=by, boundaries=(1, 2), values=(1.0, 1.0, 1.0))
    same_training(TrialSpec("rmsprop", rate), TrialSpec("rmsprop", rate, level), history, batch_size=200)


@pytest.mark.parametrize("batch_size", [1437, 1438, 10**9])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_batch_of_at_least_all_1437_training_examples_is_full(
    history: History, dtype: Precision, batch_size: int
) -> None:
    trial = TrialSpec("adam", {"learning_rate": 0.01})
    same_training(trial, trial, history, dtype=dtype, batch_size=None, second_batch_size=batch_size)
