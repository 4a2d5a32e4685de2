"""Gradient descent is checked by hand, by its contraction on a parabola, and by torch."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

Descend = Callable[..., list[Any]]


def test_two_steps_by_hand(descend: Descend) -> None:
    # w1 = 1 - 0.1 * 2 = 0.8; w2 = 0.8 - 0.1 * (-3) = 1.1
    gradients = [2.0, -3.0]
    first, second = descend("sgd", [[1.0]], lambda w, step: [[gradients[step]]], 2, learning_rate=0.1)
    assert first[0, 0] == pytest.approx(0.8, abs=1e-15)
    assert second[0, 0] == pytest.approx(1.1, abs=1e-15)


def test_each_step_on_a_parabola_shrinks_the_distance_by_one_minus_alpha_times_curvature(descend: Descend) -> None:
    # f(w) = h w^2 / 2, so w_t = (1 - alpha h)^t w_0: alpha = 0.1 with h = 4 and alpha = 0.3 with h = 5 (-0.5).
    curvature = np.array([[4.0], [5.0]])
    visited = descend("sgd", [[2.0], [2.0]], lambda w, step: curvature * w, 30, learning_rate=[0.1, 0.3])
    for t, w in enumerate(visited, start=1):
        np.testing.assert_allclose(w[:, 0], [2.0 * 0.6**t, 2.0 * (-0.5) ** t], rtol=1e-13)


def test_agrees_with_torch(agree_with_torch: Callable[..., None]) -> None:
    agree_with_torch(
        "sgd",
        lambda w, learning_rate: torch.optim.SGD([w], lr=learning_rate),
        [{"learning_rate": 0.1}, {"learning_rate": 0.01}, {"learning_rate": 0.7}],
    )


def test_float32_stays_float32(descend: Descend) -> None:
    (w,) = descend("sgd", [[1.0]], lambda w, step: w, 1, "float32", learning_rate=0.1)
    assert w[0, 0] == np.float32(1.0) - np.float32(0.1)


@pytest.mark.parametrize("condition", [2.0, 10.0, 100.0])
def test_on_a_quadratic_the_best_step_shrinks_the_distance_by_k_minus_1_over_k_plus_1(
    descend: Descend, condition: float
) -> None:
    # f = (x^2 + k y^2) / 2; alpha = 2 / (1 + k) makes the factors 1 - alpha and 1 - alpha k equal but for their sign.
    curvature = np.array([1.0, condition])
    rate = (condition - 1) / (condition + 1)
    visited = descend("sgd", [[1.0, 1.0]], lambda w, step: curvature * w, 60, learning_rate=2 / (1 + condition))
    for t, w in enumerate(visited, start=1):
        np.testing.assert_allclose(w[0], [rate**t, (-rate) ** t], rtol=1e-12)


def test_no_other_step_is_as_good_on_that_quadratic(descend: Descend) -> None:
    curvature = np.array([1.0, 10.0])
    factors = np.array([0.7, 0.9, 1.0, 1.1, 1.3])
    visited = descend("sgd", np.ones((5, 2)), lambda w, step: curvature * w, 60, learning_rate=factors * 2 / (1 + 10.0))
    distances = np.linalg.norm(visited[-1], axis=1)
    assert distances.argmin() == 2
