"""AdaGrad is checked by hand with an epsilon large enough to see, in closed form, and by torch."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

Descend = Callable[..., list[Any]]


def test_two_steps_by_hand_with_epsilon_outside_the_root(descend: Descend) -> None:
    # s1 = 3^2 = 9; w1 = 1 - 0.1 * 3 / (3 + 1) = 0.925
    # s2 = 9 + 4^2 = 25; w2 = 0.925 + 0.1 * 4 / (5 + 1) = 0.925 + 1/15
    gradients = [3.0, -4.0]
    first, second = descend("adagrad", [[1.0]], lambda w, step: [[gradients[step]]], 2, learning_rate=0.1, epsilon=1.0)
    assert first[0, 0] == pytest.approx(0.925, abs=1e-15)
    assert second[0, 0] == pytest.approx(0.925 + 1 / 15, abs=1e-15)


def test_under_a_constant_gradient_the_step_shrinks_as_one_over_the_root_of_t(descend: Descend) -> None:
    # s_t = t g^2, so with epsilon = 0 a step is alpha sign(g) / sqrt(t), whatever the size of g.
    visited = descend("adagrad", [[1.0, 1.0]], lambda w, step: [[1e-3, -50.0]], 40, learning_rate=0.1, epsilon=0.0)
    moved = 0.1 * np.cumsum(1 / np.sqrt(np.arange(1, 41)))
    np.testing.assert_allclose(np.concatenate(visited), np.stack([1 - moved, 1 + moved], axis=1), atol=1e-13)


def test_agrees_with_torch(agree_with_torch: Callable[..., None]) -> None:
    agree_with_torch(
        "adagrad",
        lambda w, learning_rate, epsilon: torch.optim.Adagrad([w], lr=learning_rate, eps=epsilon),
        [
            {"learning_rate": 0.01, "epsilon": 1e-8},
            {"learning_rate": 0.5, "epsilon": 0.3},
            {"learning_rate": 2.0, "epsilon": 1e-3},
        ],
    )
