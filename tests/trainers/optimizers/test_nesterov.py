"""Nesterov's gradient is checked by hand, by torch's accumulated form, and by Sutskever's form with its point ahead."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

Descend = Callable[..., list[Any]]


def test_two_steps_by_hand(descend: Descend) -> None:
    # v1 = 0.1 * 2 = 0.2; w1 = 1 - 0.5 * (0.9 * 0.2 + 0.1 * 2) = 1 - 0.5 * 0.38 = 0.81
    # v2 = 0.9 * 0.2 + 0.1 * 3 = 0.48; w2 = 0.81 - 0.5 * (0.9 * 0.48 + 0.1 * 3) = 0.81 - 0.366 = 0.444
    gradients = [2.0, 3.0]
    first, second = descend("nesterov", [[1.0]], lambda w, step: [[gradients[step]]], 2, learning_rate=0.5, beta1=0.9)
    assert first[0, 0] == pytest.approx(0.81, abs=1e-15)
    assert second[0, 0] == pytest.approx(0.444, abs=1e-15)


def test_is_the_accumulated_form_of_torch_with_alpha_times_one_minus_beta(
    agree_with_torch: Callable[..., None],
) -> None:
    agree_with_torch(
        "nesterov",
        lambda w, learning_rate, beta1: torch.optim.SGD(
            [w], lr=learning_rate * (1 - beta1), momentum=beta1, nesterov=True
        ),
        [
            {"learning_rate": 0.1, "beta1": 0.9},
            {"learning_rate": 0.5, "beta1": 0.3},
            {"learning_rate": 0.05, "beta1": 0.99},
        ],
    )


def test_is_sutskevers_form_seen_from_the_point_ahead(descend: Descend) -> None:
    # v' = mu v - eps grad(theta + mu v), theta' = theta + v' (his equations 3 and 4); here w = theta + mu v.
    alpha, mu, curvature = 0.3, 0.8, np.array([1.0, 7.0])
    visited = descend("nesterov", [[1.0, -2.0]], lambda w, step: curvature * w, 100, learning_rate=alpha, beta1=mu)
    theta, v, eps = np.array([1.0, -2.0]), np.zeros(2), alpha * (1 - mu)
    for w in visited:
        v = mu * v - eps * curvature * (theta + mu * v)
        theta = theta + v
        np.testing.assert_allclose(w[0], theta + mu * v, rtol=0, atol=1e-13)


def test_looking_ahead_damps_what_momentum_overshoots(descend: Descend) -> None:
    # On a steep parabola both swing; the correction of the point ahead takes alpha curvature v out of each swing.
    overshoot = {}
    for name in ("momentum", "nesterov"):
        visited = descend(name, [[1.0]], lambda w, step: 5.0 * w, 100, learning_rate=0.5, beta1=0.9)
        overshoot[name] = -min(float(w[0, 0]) for w in visited)
    assert 0 < overshoot["nesterov"] < 0.8 * overshoot["momentum"]
