"""NAdam is checked by hand, by torch where its momentum does not warm up, and by a script of its own."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch

Descend = Callable[..., list[Any]]
TRIALS = [
    {"learning_rate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
    {"learning_rate": 0.1, "beta1": 0.0, "beta2": 0.9, "epsilon": 0.3},
    {"learning_rate": 0.001, "beta1": 0.99, "beta2": 0.0, "epsilon": 1e-3},
]


def test_two_steps_by_hand(descend: Descend) -> None:
    # beta1 = 1/2, beta2 = 3/4, epsilon = 1, alpha = 0.1, g = 2 then -2; s_hat = 4 twice, so the divisor is 3
    # v1 = 1: (1/2) 1 / (1 - 1/4) + (1/2) 2 / (1 - 1/2) = 2/3 + 2 = 8/3; w1 = 1 - 0.1 * 8/9 = 41/45
    # v2 = -1/2: (1/2)(-1/2) / (1 - 1/8) - (1/2) 2 / (1 - 1/4) = -2/7 - 4/3 = -34/21; w2 = 41/45 + 3.4/63 = 304/315
    gradients = [2.0, -2.0]
    first, second = descend(
        "nadam", [[1.0]], lambda w, step: [[gradients[step]]], 2, learning_rate=0.1, beta1=0.5, beta2=0.75, epsilon=1.0
    )
    assert first[0, 0] == pytest.approx(41 / 45, abs=1e-15)
    assert second[0, 0] == pytest.approx(304 / 315, abs=1e-15)


@pytest.fixture
def torch_counts_in_float64() -> Iterator[None]:
    """Let torch keep the product of all mu, which it holds in its default precision, in float64."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.mark.usefixtures("torch_counts_in_float64")
def test_agrees_with_torch_whose_momentum_is_kept_from_warming_up(agree_with_torch: Callable[..., None]) -> None:
    # mu_t = beta1 (1 - 0.96^(t momentum_decay) / 2) is beta1 once the power underflows.
    agree_with_torch(
        "nadam",
        lambda w, learning_rate, beta1, beta2, epsilon: torch.optim.NAdam(
            [w], lr=learning_rate, betas=(beta1, beta2), eps=epsilon, momentum_decay=1e6
        ),
        TRIALS,
    )


@pytest.mark.parametrize("trial", TRIALS, ids=str)
def test_agrees_with_a_script_of_its_equation(descend: Descend, trial: dict[str, float]) -> None:
    rng = np.random.default_rng(3)
    start, noise = float(rng.standard_normal()), rng.standard_normal(200)
    visited = descend("nadam", [[start]], lambda w, step: 2 * w + noise[step], 200, **trial)
    alpha, b1, b2, eps = trial.values()
    w, v, s = start, 0.0, 0.0
    for t in range(1, 201):
        g = 2 * w + float(noise[t - 1])
        v = b1 * v + (1 - b1) * g
        s = b2 * s + (1 - b2) * g * g
        ahead = b1 * v / (1 - b1 ** (t + 1)) + (1 - b1) * g / (1 - b1**t)
        w -= alpha * ahead / ((s / (1 - b2**t)) ** 0.5 + eps)
        assert visited[t - 1][0, 0] == pytest.approx(w, abs=1e-12)


def test_under_a_constant_gradient_each_step_is_alpha(descend: Descend) -> None:
    # v = (1 - beta^t) g, so the look ahead is beta (1 - beta^t) / (1 - beta^(t+1)) g + (1 - beta) / (1 - beta^t) g:
    # at t = 1 (beta / (1 + beta) + 1) g, and in the end g.
    visited = descend(
        "nadam", [[0.0]], lambda w, step: [[-3.0]], 400, learning_rate=0.01, beta1=0.9, beta2=0.999, epsilon=0.0
    )
    path = np.concatenate([np.zeros(1), np.concatenate(visited)[:, 0]])
    t = np.arange(1, 401)
    b = 0.9**t
    np.testing.assert_allclose(np.diff(path), 0.01 * (0.9 * (1 - b) / (1 - 0.9 * b) + 0.1 / (1 - b)), rtol=1e-10)
    assert path[-1] - path[-2] == pytest.approx(0.01, rel=1e-10)
