"""Momentum is checked by hand, in closed form under a constant gradient, and by torch's accumulated form."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

Descend = Callable[..., list[Any]]


def test_two_steps_by_hand(descend: Descend) -> None:
    # v1 = 0.9 * 0 + 0.1 * 2 = 0.2; w1 = 1 - 0.5 * 0.2 = 0.9
    # v2 = 0.9 * 0.2 + 0.1 * 3 = 0.48; w2 = 0.9 - 0.5 * 0.48 = 0.66
    gradients = [2.0, 3.0]
    first, second = descend("momentum", [[1.0]], lambda w, step: [[gradients[step]]], 2, learning_rate=0.5, beta1=0.9)
    assert first[0, 0] == pytest.approx(0.9, abs=1e-15)
    assert second[0, 0] == pytest.approx(0.66, abs=1e-15)


def test_under_a_constant_gradient_the_velocity_approaches_it_as_one_minus_beta_to_the_t(descend: Descend) -> None:
    # v_t = (1 - beta^t) g, so w_t = w_0 - alpha g (t - beta (1 - beta^t) / (1 - beta)).
    alpha, beta, g = 0.01, 0.8, 3.0
    visited = descend("momentum", [[1.0]], lambda w, step: [[g]], 60, learning_rate=alpha, beta1=beta)
    for t, w in enumerate(visited, start=1):
        assert w[0, 0] == pytest.approx(1.0 - alpha * g * (t - beta * (1 - beta**t) / (1 - beta)), abs=1e-13)


def test_is_the_accumulated_form_of_torch_with_alpha_times_one_minus_beta(
    agree_with_torch: Callable[..., None],
) -> None:
    agree_with_torch(
        "momentum",
        lambda w, learning_rate, beta1: torch.optim.SGD([w], lr=learning_rate * (1 - beta1), momentum=beta1),
        [
            {"learning_rate": 0.1, "beta1": 0.9},
            {"learning_rate": 0.5, "beta1": 0.0},
            {"learning_rate": 0.05, "beta1": 0.99},
        ],
    )


def test_float32_stays_float32(descend: Descend) -> None:
    visited = descend("momentum", [[1.0]], lambda w, step: w, 3, "float32", learning_rate=0.1, beta1=0.9)
    assert visited[-1].dtype == np.float32
