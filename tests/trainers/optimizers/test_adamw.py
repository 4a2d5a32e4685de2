"""AdamW is checked by hand, by its decay alone, against the L2 penalty that it is not, and by torch."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

Descend = Callable[..., list[Any]]
NUMBERS = {"beta1": 0.5, "beta2": 0.75, "epsilon": 1.0}


def test_two_steps_by_hand(descend: Descend) -> None:
    # As Adam's example (steps of -2/30 and +1/45), but each time w shrinks by 1 - 0.1 * 0.5 = 0.95 first:
    # w1 = 0.95 - 1/15; w2 = 0.95 (0.95 - 1/15) + 1/45
    gradients = [2.0, -2.0]
    first, second = descend(
        "adamw", [[1.0]], lambda w, step: [[gradients[step]]], 2, learning_rate=0.1, weight_decay=0.5, **NUMBERS
    )
    assert first[0, 0] == pytest.approx(0.95 - 1 / 15, abs=1e-15)
    assert second[0, 0] == pytest.approx(0.95 * (0.95 - 1 / 15) + 1 / 45, abs=1e-15)


def test_without_a_gradient_the_weights_shrink_by_alpha_lambda_a_step(descend: Descend) -> None:
    # An L2 penalty in the gradient would move each weight by about alpha, whatever its size and lambda.
    visited = descend(
        "adamw",
        [[1.0, 100.0]],
        lambda w, step: np.zeros((1, 2)),
        50,
        learning_rate=0.1,
        weight_decay=0.2,
        beta1=0.9,
        beta2=0.999,
        epsilon=1e-8,
    )
    for t, w in enumerate(visited, start=1):
        np.testing.assert_allclose(w[0], [0.98**t, 100 * 0.98**t], rtol=1e-13)


def test_agrees_with_torch(agree_with_torch: Callable[..., None]) -> None:
    agree_with_torch(
        "adamw",
        lambda w, learning_rate, beta1, beta2, epsilon, weight_decay: torch.optim.AdamW(
            [w], lr=learning_rate, betas=(beta1, beta2), eps=epsilon, weight_decay=weight_decay
        ),
        [
            {"learning_rate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.01},
            {"learning_rate": 0.1, "beta1": 0.0, "beta2": 0.9, "epsilon": 0.3, "weight_decay": 2.0},
            {"learning_rate": 0.001, "beta1": 0.99, "beta2": 0.0, "epsilon": 1e-3, "weight_decay": 0.0},
        ],
    )
