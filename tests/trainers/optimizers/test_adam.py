"""Adam is checked by hand, by its steps of exactly alpha under a constant gradient, and by torch."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

Descend = Callable[..., list[Any]]


def test_two_steps_by_hand_with_both_corrections_and_epsilon_outside_the_root(descend: Descend) -> None:
    # beta1 = 1/2, beta2 = 3/4, epsilon = 1, alpha = 0.1, g = 2 then -2
    # v1 = 1, v1_hat = 1 / (1 - 1/2) = 2; s1 = 4/4 = 1, s1_hat = 1 / (1 - 3/4) = 4; w1 = 1 - 0.1 * 2 / (2 + 1) = 14/15
    # v2 = 1/2 - 1 = -1/2, v2_hat = -1/2 / (1 - 1/4) = -2/3; s2 = 3/4 + 4/4 = 7/4, s2_hat = 7/4 / (1 - 9/16) = 4;
    # w2 = 14/15 + 0.1 * (2/3) / (2 + 1) = 42/45 + 1/45 = 43/45
    gradients = [2.0, -2.0]
    first, second = descend(
        "adam",
        [[1.0]],
        lambda w, step: [[gradients[step]]],
        2,
        learning_rate=0.1,
        beta1=0.5,
        beta2=0.75,
        epsilon=1.0,
    )
    assert first[0, 0] == pytest.approx(14 / 15, abs=1e-15)
    assert second[0, 0] == pytest.approx(43 / 45, abs=1e-15)


@pytest.mark.parametrize("gradient", [1e-6, -3.0, 1e6])
def test_under_a_constant_gradient_each_step_is_exactly_alpha_from_the_first_on(
    descend: Descend, gradient: float
) -> None:
    # Both corrected averages of a constant are the constant: v_hat = g, sqrt(s_hat) = |g|.
    visited = descend(
        "adam",
        [[0.0]],
        lambda w, step: [[gradient]],
        50,
        learning_rate=0.01,
        beta1=0.9,
        beta2=0.999,
        epsilon=0.0,
    )
    expected = -np.sign(gradient) * 0.01 * np.arange(1, 51)
    np.testing.assert_allclose(np.concatenate(visited)[:, 0], expected, rtol=1e-10)


def test_agrees_with_torch(agree_with_torch: Callable[..., None]) -> None:
    agree_with_torch(
        "adam",
        lambda w, learning_rate, beta1, beta2, epsilon: torch.optim.Adam(
            [w], lr=learning_rate, betas=(beta1, beta2), eps=epsilon
        ),
        [
            {"learning_rate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
            {"learning_rate": 0.1, "beta1": 0.0, "beta2": 0.9, "epsilon": 0.3},
            {"learning_rate": 0.001, "beta1": 0.99, "beta2": 0.0, "epsilon": 1e-3},
        ],
    )


def test_float32_stays_float32(descend: Descend) -> None:
    visited = descend(
        "adam", [[1.0]], lambda w, step: w, 3, "float32", learning_rate=0.1, beta1=0.9, beta2=0.999, epsilon=1e-8
    )
    assert visited[-1].dtype == np.float32
