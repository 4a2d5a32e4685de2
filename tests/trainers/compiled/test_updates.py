"""Compiled updates give the numbers of the plain ones, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from trainers import compiled
from trainers.optimizers import OPTIMIZERS, declaration_of


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
