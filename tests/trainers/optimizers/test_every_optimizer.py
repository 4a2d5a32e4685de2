"""What holds for every optimizer: alone or in a pack, on NumPy or torch, in float32, it makes the same steps."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from trainers.optimizers import OPTIMIZERS

Descend = Callable[..., list[Any]]
DRAWN: dict[str, tuple[float, ...]] = {
    "beta1": (0.0, 0.5, 0.9, 0.99),
    "beta2": (0.0, 0.9, 0.99, 0.999),
    "epsilon": (1e-8, 1e-3, 0.1),
    "weight_decay": (0.0, 0.01, 0.3),
}


def random_columns(name: str, trials: int) -> dict[str, list[float]]:
    """Hyperparameters of many trials: name -> (trials,)."""
    rng = np.random.default_rng(11)
    columns = {
        h.name: rng.choice(DRAWN.get(h.name, (h.default,)), trials).tolist()
        for h in OPTIMIZERS[name].hyperparameters
        if h.default is not None
    }
    return columns | {"learning_rate": (10 ** rng.uniform(-4, -1, trials)).tolist()}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_trial_steps_the_same_bit_for_bit_alone_and_among_199_others(descend: Descend, name: str, dtype: str) -> None:
    rng = np.random.default_rng(2)
    start, noise = rng.standard_normal((200, 13)), rng.standard_normal((40, 200, 13)).astype(dtype)
    columns = random_columns(name, 200)
    together = descend(name, start, lambda w, step: w + noise[step], 40, dtype, **columns)
    for row in (0, 1, 57, 199):
        one = {key: values[row] for key, values in columns.items()}

        def gradient_of(w: Any, step: int, row: int = row) -> Any:
            return w + noise[step, row : row + 1]

        alone = descend(name, start[row : row + 1], gradient_of, 40, dtype, **one)
        for step in range(40):
            np.testing.assert_array_equal(alone[step][0], together[step][row])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_trial_that_diverges_beside_it_changes_nothing(descend: Descend, name: str) -> None:
    columns = {key: values[0] for key, values in random_columns(name, 1).items()}
    with np.errstate(all="ignore"):
        pair = descend(name, [[1.0, -2.0]] * 2, lambda w, step: w * np.array([[1.0], [np.inf]]), 20, **columns)
    alone = descend(name, [[1.0, -2.0]], lambda w, step: w, 20, **columns)
    for step in range(20):
        np.testing.assert_array_equal(pair[step][0], alone[step][0])
        assert not np.isfinite(pair[step][1]).all() or name == "lion" or step == 0


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_float32_stays_float32_and_moves(descend: Descend, name: str) -> None:
    # The fixture checks the state too, and that the gradients are left as they are.
    columns = {key: values[0] for key, values in random_columns(name, 1).items()}
    visited = descend(name, [[1.0]], lambda w, step: w, 3, "float32", **columns)
    assert visited[-1].dtype == np.float32
    assert visited[-1][0, 0] != 1.0


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_torch_tensors_take_the_same_steps(descend: Descend, name: str, dtype: str) -> None:
    rng = np.random.default_rng(4)
    start, noise = rng.standard_normal((3, 6)).astype(dtype), rng.standard_normal((50, 3, 6)).astype(dtype)
    columns = random_columns(name, 3)
    expected = descend(name, start, lambda w, step: noise[step], 50, dtype, **columns)
    optimizer = OPTIMIZERS[name]
    arrays = {key: np.array(values)[:, None] for key, values in columns.items()}
    rates = np.broadcast_to(arrays["learning_rate"], (50, 3, 1))
    numbers = optimizer.coefficients(arrays, rates, np.arange(1.0, 51.0)[:, None, None])
    kind = getattr(torch, dtype)
    table = {key: torch.tensor(np.broadcast_to(value, (50, 3, 1)).astype(dtype)) for key, value in numbers.items()}
    parameters = torch.tensor(start)
    state, work = optimizer.init(parameters), torch.full_like(parameters, torch.nan)
    for step in range(50):
        gradients = torch.tensor(noise[step])
        optimizer.update(parameters, gradients, state, {k: v[step] for k, v in table.items()}, work)
        assert parameters.dtype == kind
        tolerance = 1e-14 if dtype == "float64" else 1e-5
        np.testing.assert_allclose(parameters.numpy(), expected[step], rtol=tolerance, atol=tolerance)
