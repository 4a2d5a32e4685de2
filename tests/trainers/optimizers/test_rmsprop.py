"""RMSprop is checked by hand with an epsilon large enough to see, in closed form, and by torch."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

Descend = Callable[..., list[Any]]


def test_two_steps_by_hand_with_epsilon_outside_the_root(descend: Descend) -> None:
    # s1 = 0.75 * 0 + 0.25 * 2^2 = 1; w1 = 1 - 0.1 * 2 / (sqrt(1) + 1) = 0.9
    # s2 = 0.75 * 1 + 0.25 * (-1)^2 = 1; w2 = 0.9 + 0.1 * 1 / (sqrt(1) + 1) = 0.95
    gradients = [2.0, -1.0]
    first, second = descend(
        "rmsprop", [[1.0]], lambda w, step: [[gradients[step]]], 2, learning_rate=0.1, beta2=0.75, epsilon=1.0
    )
    assert first[0, 0] == pytest.approx(0.9, abs=1e-15)
    assert second[0, 0] == pytest.approx(0.95, abs=1e-15)


def test_under_a_constant_gradient_each_step_is_alpha_over_the_root_of_one_minus_beta_to_the_t(
    descend: Descend,
) -> None:
    # s_t = (1 - beta^t) g^2, so with epsilon = 0 a step is alpha sign(g) / sqrt(1 - beta^t), whatever the size of g.
    visited = descend(
        "rmsprop",
        [[1.0, 1.0]],
        lambda w, step: [[1e-3, -50.0]],
        40,
        learning_rate=0.01,
        beta2=0.9,
        epsilon=0.0,
    )
    moved = 0.01 * np.cumsum(1.0 / np.sqrt(1.0 - 0.9 ** np.arange(1, 41)))
    np.testing.assert_allclose(np.concatenate(visited), np.stack([1.0 - moved, 1.0 + moved], axis=1), atol=1e-13)


def test_agrees_with_torch(agree_with_torch: Callable[..., None]) -> None:
    agree_with_torch(
        "rmsprop",
        lambda w, learning_rate, beta2, epsilon: torch.optim.RMSprop([w], lr=learning_rate, alpha=beta2, eps=epsilon),
        [
            {"learning_rate": 0.01, "beta2": 0.9, "epsilon": 1e-8},
            {"learning_rate": 0.1, "beta2": 0.0, "epsilon": 0.3},
            {"learning_rate": 0.001, "beta2": 0.999, "epsilon": 1e-3},
        ],
    )


def test_float32_stays_float32(descend: Descend) -> None:
    visited = descend("rmsprop", [[1.0]], lambda w, step: w, 3, "float32", learning_rate=0.1, beta2=0.9, epsilon=1e-8)
    assert visited[-1].dtype == np.float32
