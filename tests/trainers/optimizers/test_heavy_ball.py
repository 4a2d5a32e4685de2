"""Heavy ball is checked by hand, by torch, by its rate on a quadratic, and against the momentum that it is."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from trainers.data import DataSource, load
from trainers.loop import trace
from trainers.pack import NetworkSpec, Pack, TrialSpec

Descend = Callable[..., list[Any]]


def test_two_steps_by_hand(descend: Descend) -> None:
    # v1 = 0.9 * 0 + 2 = 2; w1 = 1 - 0.5 * 2 = 0
    # v2 = 0.9 * 2 + 3 = 4.8; w2 = 0 - 0.5 * 4.8 = -2.4
    gradients = [2.0, 3.0]
    first, second = descend("heavy_ball", [[1.0]], lambda w, step: [[gradients[step]]], 2, learning_rate=0.5, beta1=0.9)
    assert first[0, 0] == 0.0
    assert second[0, 0] == pytest.approx(-2.4, abs=1e-15)


def test_agrees_with_torch(agree_with_torch: Callable[..., None]) -> None:
    agree_with_torch(
        "heavy_ball",
        lambda w, learning_rate, beta1: torch.optim.SGD([w], lr=learning_rate, momentum=beta1),
        [
            {"learning_rate": 0.01, "beta1": 0.9},
            {"learning_rate": 0.5, "beta1": 0.0},
            {"learning_rate": 0.001, "beta1": 0.99},
        ],
    )


@pytest.mark.parametrize(("beta1", "tolerance"), [(0.5, 0.0), (0.9, 1e-12), (0.99, 1e-12)])
def test_is_momentum_whose_alpha_is_divided_by_one_minus_beta(beta1: float, tolerance: float) -> None:
    # v_heavy = v_average / (1 - beta), so alpha v_heavy = alpha / (1 - beta) v_average; halving is exact in binary.
    alpha = 2.0**-6
    trials = (
        TrialSpec("heavy_ball", {"learning_rate": alpha, "beta1": beta1}),
        TrialSpec("momentum", {"learning_rate": alpha / (1 - beta1), "beta1": beta1}),
    )
    pack = Pack(load(DataSource("iris")), trials, NetworkSpec((8,), "tanh"), batch_size=16, epochs=10, dtype="float64")
    steps = list(trace(pack))
    assert len(steps) == 80
    for step in steps:
        for weights, biases in step.parameters:
            np.testing.assert_allclose(weights[0], weights[1], rtol=0, atol=tolerance)
            np.testing.assert_allclose(biases[0], biases[1], rtol=0, atol=tolerance)
    assert np.abs(steps[-1].parameters[0][0][0] - steps[0].parameters[0][0][0]).max() > 0.1


@pytest.mark.parametrize("condition", [4.0, 100.0, 900.0])
def test_on_a_quadratic_the_best_step_has_the_rate_of_the_root_of_the_condition_number(
    descend: Descend, condition: float
) -> None:
    # f = (mu x^2 + L y^2) / 2 with mu = 1, L = k. alpha = 4 / (sqrt(L) + sqrt(mu))^2 and beta = r^2 with
    # r = (sqrt(k) - 1) / (sqrt(k) + 1) make both roots of z^2 - (1 + beta - alpha h) z + beta equal: z = r for h = mu,
    # z = -r for h = L. So w_t = (1 + c t) z^t, with c from the first step, w_1 = 1 - alpha h.
    root = np.sqrt(condition)
    rate, alpha = (root - 1) / (root + 1), 4 / (root + 1) ** 2
    curvature, z = np.array([1.0, condition]), np.array([rate, -rate])
    c = (1 - alpha * curvature) / z - 1
    visited = descend(
        "heavy_ball", [[1.0, 1.0]], lambda w, step: curvature * w, 200, learning_rate=alpha, beta1=rate**2
    )
    for t, w in enumerate(visited, start=1):
        np.testing.assert_allclose(w[0], (1 + c * t) * z**t, rtol=1e-6, atol=1e-12)


def test_between_the_ends_of_the_spectrum_it_is_as_fast_as_at_them(descend: Descend) -> None:
    # Complex roots of modulus r everywhere: one step of plain gradient descent shrinks by 0.98, one of these by 0.82.
    curvature = np.geomspace(1.0, 100.0, 30)
    visited = descend(
        "heavy_ball",
        [np.ones(30)],
        lambda w, step: curvature * w,
        300,
        learning_rate=4 / 11**2,
        beta1=(9 / 11) ** 2,
    )
    worst = np.abs(visited[-1]).max()
    assert worst ** (1 / 300) == pytest.approx(9 / 11, rel=0.03)
