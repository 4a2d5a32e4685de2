"""The fused passes give the numbers of the plain ones, bit for bit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from trainers import compiled
from trainers.data import DataSource, load
from trainers.loop import train
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
