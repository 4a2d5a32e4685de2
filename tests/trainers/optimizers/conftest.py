"""Steps an optimizer alone, without a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from trainers.optimizers import OPTIMIZERS

Array = NDArray[Any]
GradientOf = Callable[[Array, int], Array]


@pytest.fixture(scope="session")
def descend() -> Callable[..., list[Array]]:
    """Parameters after each step: ``descend(name, start, gradient_of, steps, **hyperparameters)``."""

    def run(
        name: str,
        start: Sequence[Sequence[float]] | Array,
        gradient_of: GradientOf,
        steps: int,
        dtype: str = "float64",
        **hyperparameters: Any,
    ) -> list[Array]:
        optimizer = OPTIMIZERS[name]
        parameters = np.array(start, dtype=dtype)
        columns = {key: np.array(value, dtype=np.float64).reshape(-1, 1) for key, value in hyperparameters.items()}
        rates = np.broadcast_to(columns["learning_rate"], (steps, len(parameters), 1))
        numbers = optimizer.coefficients(columns, rates, np.arange(1.0, steps + 1)[:, None, None])
        table = {
            key: np.broadcast_to(value, (steps, len(parameters), 1)).astype(dtype) for key, value in numbers.items()
        }
        state, work = optimizer.init(parameters), np.full_like(parameters, np.nan)
        visited = []
        for step in range(steps):
            gradients = np.array(gradient_of(parameters, step), dtype=dtype)
            untouched = gradients.copy()
            optimizer.update(parameters, gradients, state, {k: v[step] for k, v in table.items()}, work)
            np.testing.assert_array_equal(gradients, untouched)
            assert parameters.dtype == np.dtype(dtype)
            assert all(value.dtype == np.dtype(dtype) for value in state.values())
            visited.append(parameters.copy())
        return visited

    return run


@pytest.fixture(scope="session")
def agree_with_torch(descend: Callable[..., list[Array]]) -> Callable[..., None]:
    """Step three trials, each against its own torch optimizer, on a noisy quadratic for 200 steps in float64."""
    import torch

    def check(name: str, make: Callable[..., Any], trials: Sequence[Mapping[str, float]]) -> None:
        rng = np.random.default_rng(5)
        start, noise = rng.standard_normal((len(trials), 7)), rng.standard_normal((200, len(trials), 7))
        columns = {key: [trial[key] for trial in trials] for key in trials[0]}
        ours = descend(name, start, lambda w, step: 2 * w + noise[step], 200, **columns)
        for row, trial in enumerate(trials):
            w = torch.tensor(start[row], requires_grad=True)
            optimizer = make(w, **trial)
            for step in range(200):
                w.grad = (2 * w + torch.tensor(noise[step, row])).detach()
                optimizer.step()
                np.testing.assert_allclose(ours[step][row], w.detach().numpy(), rtol=0, atol=1e-12)

    return check
