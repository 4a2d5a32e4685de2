"""The fused passes give the numbers of the plain ones, bit for bit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trainers import compiled
from trainers.data import DataSource, load
from trainers.loop import train
from trainers.losses import softmax_cross_entropy_gradient
from trainers.optimizers import OPTIMIZERS, declaration_of
from trainers.optimizers.momentum import Momentum
from trainers.pack import NetworkSpec, Pack, TrialSpec
from trainers.schedules import Schedule

DIVERGES = TrialSpec("sgd", {"learning_rate": 1e30}, seed=1)


def trials() -> tuple[TrialSpec, ...]:
    """Two seeds of every optimizer, and one trial that diverges among them."""
    decay = Schedule("inverse_sqrt", rate=1.0, by="step")
    return (
        *(TrialSpec(name, {"learning_rate": 0.02}, decay, seed) for name in OPTIMIZERS for seed in (0, 1)),
        DIVERGES,
    )


@pytest.mark.parametrize("data", ["wine", "breast_cancer", "diabetes"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_pack_trains_to_the_same_numbers(data: str, dtype: str) -> None:
    pack = Pack(load(DataSource(data)), trials(), NetworkSpec((12, 7)), batch_size=16, epochs=3)
    pack = replace(pack, dtype=dtype, weight_decay=0.01)
    plain, fused = list(train(pack)), list(train(pack, compiled=True))
    assert len(plain) == len(fused) == 3
    for one, other in zip(plain, fused, strict=True):
        assert one.ended == other.ended
        assert one.trials.tolist() == other.trials.tolist()
        for name in one.values:
            if name != "seconds":
                np.testing.assert_array_equal(one.values[name], other.values[name], strict=True)


@pytest.mark.parametrize("special", [0.0, np.nan, np.inf, 88.0])
def test_the_softmax_is_the_plain_one_with_ties_and_numbers_that_are_not_finite(special: float) -> None:
    rng = np.random.default_rng(0)
    outputs = rng.integers(-2, 3, (3, 4, 9)).astype(np.float32)
    outputs[1, 2, 3:6] = special
    targets = rng.integers(0, 4, (3, 9))
    one, other = outputs.copy(), outputs.copy()
    with np.errstate(all="ignore"):
        plain = softmax_cross_entropy_gradient(one, targets)
        fused = compiled.softmax_cross_entropy_gradient(other, targets)
    np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(plain[0], fused[0])
    finite = np.isfinite(outputs).all(axis=1)
    np.testing.assert_array_equal(plain[1][finite], fused[1][finite])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", compiled.UPDATES)
def test_an_update_is_the_plain_one_also_where_numbers_are_not_finite(name: str, dtype: str) -> None:
    optimizer, rng = OPTIMIZERS[name], np.random.default_rng(0)
    hyperparameters = {h.name: np.full((3, 1), h.default or 0.01) for h in optimizer.hyperparameters}
    plain = rng.standard_normal((3, 50)).astype(dtype)
    fused, work = plain.copy(), np.empty_like(plain)
    states = optimizer.init(plain), optimizer.init(plain)
    for step in range(1, 6):
        gradients = rng.standard_normal((3, 50)).astype(dtype)
        gradients[0, :7] = 0.0, -0.0, np.finfo(dtype).smallest_subnormal, np.finfo(dtype).max, np.inf, -np.inf, np.nan
        gradients[1] = 0.0
        rates, steps = hyperparameters["learning_rate"][None], np.full((1, 1, 1), float(step))
        numbers = {
            key: np.broadcast_to(value.reshape(-1, 1), (3, 1)).astype(dtype)
            for key, value in optimizer.coefficients(hyperparameters, rates, steps).items()
        }
        with np.errstate(all="ignore"):
            optimizer.update(plain, gradients, states[0], numbers, work)
            compiled.UPDATES[name](fused, gradients, states[1], numbers)
        np.testing.assert_array_equal(plain, fused, strict=True)
        for key, value in states[0].items():
            np.testing.assert_array_equal(value, states[1][key], strict=True)


def test_every_optimizer_that_declares_a_kernel_has_a_fused_update() -> None:
    declared = {name for name, optimizer in OPTIMIZERS.items() if declaration_of(optimizer).kernel is not None}
    adaptive = {"adagrad", "rmsprop", "adam", "adamw", "amsgrad", "nadam", "lion"}
    assert set(compiled.UPDATES) == declared >= {"sgd", "momentum", "heavy_ball", "nesterov", *adaptive}


class Unfused(Momentum):
    """The same steps, by an update of its own; what the other class says of itself does not hold for it."""

    name = "unfused"

    def update(self, parameters: Any, gradients: Any, state: Any, coefficients: Any, work: Any) -> None:
        super().update(parameters, gradients, state, coefficients, work)


def test_a_class_that_inherits_a_declaration_has_no_kernel_and_equals_nothing() -> None:
    own = declaration_of(Unfused())
    assert (own.name, own.title, own.hyperparameters) == ("unfused", "Unfused", Momentum().hyperparameters)
    assert (own.kernel, own.equals, own.imitates, own.aliases) == (None, (), {}, ())
    assert compiled.fused_update(Unfused()) is None
    assert compiled.fused_update(Momentum()) is compiled.UPDATES["momentum"]


def test_an_optimizer_without_a_kernel_trains_beside_those_that_have_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPTIMIZERS._known, "unfused", Unfused())
    specs = tuple(TrialSpec(name, {"learning_rate": 0.02}) for name in ("unfused", "momentum", "adam"))
    pack = Pack(load(DataSource("wine")), specs, NetworkSpec((5,)), batch_size=16, epochs=2)
    plain, fused = list(train(pack)), list(train(pack, compiled=True))
    for one, other in zip(plain, fused, strict=True):
        np.testing.assert_array_equal(one.values["val_loss"], other.values["val_loss"], strict=True)
        assert other.values["val_loss"][0] == other.values["val_loss"][1]
