"""A trial that diverges says at which step and from which loss, costs its pack-mates nothing, and warns nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trainers.data import DataSource, load
from trainers.loop import Ended, trace, train
from trainers.pack import NetworkSpec, Pack, TrialSpec

LINEAR = NetworkSpec(hidden=())
ONE_AND_ZERO = [(np.ones((1, 1)), np.zeros(1))]
Problem = Callable[..., Any]
ARRAYS = ("train_inputs", "train_targets", "val_inputs", "val_targets")


def sgd(learning_rate: float, seed: int = 0) -> TrialSpec:
    return TrialSpec("sgd", {"learning_rate": learning_rate}, seed=seed)


def pack_of(one_example: Problem, learning_rate: float, repeats: int, **options: Any) -> Pack:
    parts, shape = one_example(repeats, **{k: options.pop(k) for k in ("val_input",) if k in options})
    return Pack(parts, (sgd(learning_rate),), LINEAR, batch_size=1, dtype="float64", shape=shape, **options)


def last_end(pack: Pack) -> tuple[int, Ended]:
    (*_, epoch) = train(pack, initial=ONE_AND_ZERO)
    (end,) = epoch.ended
    return epoch.epoch, end


def test_the_step_is_the_first_whose_loss_is_not_finite(one_example: Problem) -> None:
    # alpha = 1e30: z_k = (1 - 4e30)^(k-1). z_6^2 = (4e30)^10 = 1.05e306 is the last that float64 holds (1.8e308).
    epoch, end = last_end(pack_of(one_example, 1e30, repeats=10, epochs=3))
    assert (epoch, end.status, end.step) == (1, "DIVERGED", 7)
    assert end.last_finite_loss == pytest.approx(float(4 * 10**30) ** 10, rel=1e-14)


def test_the_last_finite_loss_may_be_of_the_epoch_before(one_example: Problem) -> None:
    # Six steps an epoch and 4 alpha - 1 = (2e154)^(1/6): z_7 = 2e154, so z_7^2 = 4e308 is too large, in epoch 2.
    # Validated at x = 0 after epoch 1 the output is b = (z_7 - 1) / 2 = 1e154, and b^2 = 1e308 is still finite.
    growth = 2e154 ** (1 / 6)
    pack = pack_of(one_example, (growth + 1) / 4, repeats=6, epochs=3, val_input=0.0)
    epoch, end = last_end(pack)
    assert (epoch, end.status, end.step) == (2, "DIVERGED", 7)
    assert end.last_finite_loss == pytest.approx(growth**10, rel=1e-12)


def test_a_training_that_goes_on_remembers_the_last_finite_loss_of_the_epoch_before(one_example: Problem) -> None:
    # As above; epoch 2 is trained from the state after epoch 1.
    growth = 2e154 ** (1 / 6)
    pack = pack_of(one_example, (growth + 1) / 4, repeats=6, epochs=3, val_input=0.0)
    first = next(train(pack, initial=ONE_AND_ZERO, states="all"))
    (epoch,) = train(pack, initial=ONE_AND_ZERO, state=first.state)
    assert epoch.ended == (Ended(0, "DIVERGED", 7, pytest.approx(growth**10, rel=1e-12)),)


def test_a_validation_that_is_not_finite_counts_as_the_step_before_it(one_example: Problem) -> None:
    # One step an epoch: the loss of step 6 is 1.05e306, and after step 6 the validation loss is infinite.
    epoch, end = last_end(pack_of(one_example, 1e30, repeats=1, epochs=10))
    assert (epoch, end.status, end.step) == (6, "DIVERGED", 6)
    assert end.last_finite_loss == pytest.approx(float(4 * 10**30) ** 10, rel=1e-14)


def test_a_first_loss_that_is_not_finite_has_none_before_it(one_example: Problem) -> None:
    pack = pack_of(one_example, 0.1, repeats=2, epochs=3)
    (epoch,) = train(pack, initial=[(np.full((1, 1), 1e200), np.zeros(1))])
    assert epoch.ended == (Ended(0, "DIVERGED", 1, None),)


def test_an_epoch_in_which_all_trials_diverge_is_empty_and_the_last(one_example: Problem) -> None:
    parts, shape = one_example(10)
    pack = Pack(parts, (sgd(1e30), sgd(1e40)), LINEAR, batch_size=1, epochs=5, dtype="float64", shape=shape)
    (epoch,) = train(pack, initial=ONE_AND_ZERO)
    assert epoch.trials.tolist() == []
    assert {values.shape for values in epoch.values.values()} == {(0,)}
    # 1 - 4e40: z_4 = 6.4e121 has a finite square, z_5 = 2.6e162 has not.
    assert [(end.trial, end.status, end.step) for end in epoch.ended] == [(0, "DIVERGED", 7), (1, "DIVERGED", 5)]


def test_only_finite_losses_are_ever_reported() -> None:
    rates = [1e-2, 1e2, 1e4, 1e8, 1e16, 1e30]
    trials = tuple(sgd(rate, seed) for rate in rates for seed in range(2))
    diverged = set()
    for epoch in train(Pack(load(DataSource("digits")), trials, epochs=6)):
        for name in ("train_loss", "val_loss", "train_accuracy", "val_accuracy"):
            assert np.isfinite(epoch.values[name]).all()
        diverged |= {end.trial for end in epoch.ended if end.status == "DIVERGED"}
        assert not diverged & set(epoch.trials.tolist())
    assert {10, 11} <= diverged
    assert not {0, 1} & diverged


@pytest.mark.parametrize("walk", [train, trace])
def test_the_callers_floating_point_warnings_stay_as_they_were_between_epochs(
    one_example: Problem, walk: Callable[..., Any]
) -> None:
    with np.errstate(over="raise", invalid="print"):
        outside = np.geterr()
        for _ in walk(pack_of(one_example, 1e30, repeats=10, epochs=2), initial=ONE_AND_ZERO):
            assert np.geterr() == outside
        assert np.geterr() == outside


def test_a_trace_goes_on_past_a_loss_that_is_not_finite(one_example: Problem) -> None:
    steps = list(trace(pack_of(one_example, 1e30, repeats=10, epochs=2), initial=ONE_AND_ZERO))
    assert [step.step for step in steps] == list(range(1, 21))
    assert [bool(np.isfinite(step.loss[0])) for step in steps] == [True] * 6 + [False] * 14


@pytest.mark.parametrize("options", [{}, {"compiled": True}, {"backend": "torch"}], ids=["plain", "compiled", "torch"])
@pytest.mark.parametrize("name", ["adagrad", "rmsprop", "adam", "adamw", "amsgrad", "nadam"])
def test_a_state_that_overflows_and_freezes_the_weights_is_a_divergence(
    one_example: Problem, name: str, options: dict[str, Any]
) -> None:
    # z = 1e19 + 1e19 b: the slope is 2e19 in b too, whose square is beyond float32, and g / inf = 0 moves nothing;
    # the loss, 1e38, stays finite for ever (adamw still shrinks the weights, by a thousandth a step).
    parts, shape = one_example(3)
    parts = replace(parts, **{field: getattr(parts, field).astype("float32") for field in ARRAYS})
    settings = {key: value for key, value in options.items() if key == "backend"}
    options = {key: value for key, value in options.items() if key != "backend"}
    trials = (TrialSpec(name, {"learning_rate": 0.1}), TrialSpec("sgd", {"learning_rate": 1e-30}))
    pack = Pack(parts, trials, LINEAR, batch_size=1, epochs=2, shape=shape, **settings)
    first, last = train(pack, initial=[(np.full((1, 1), 1e19), np.zeros(1))], **options)
    assert first.ended == (Ended(0, "DIVERGED", 3, pytest.approx(1e38, rel=0.01)),)
    assert first.trials.tolist() == [1]
    assert last.ended == (Ended(1, "COMPLETED", 6),)


def test_parameters_that_are_not_finite_behind_a_dead_unit_are_a_divergence(one_example: Problem) -> None:
    # The unit's bias is -inf, so that it is off for ever: the output is 0 and the loss is finite.
    parts, shape = one_example(2)
    pack = Pack(parts, (sgd(0.1),), NetworkSpec((1,)), dtype="float64", shape=shape, epochs=3)
    dead = [(np.ones((1, 1)), np.full(1, -np.inf)), (np.ones((1, 1)), np.zeros(1))]
    (epoch,) = train(pack, initial=dead)
    assert epoch.ended == (Ended(0, "DIVERGED", 1, 0.0),)
