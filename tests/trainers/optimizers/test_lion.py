"""Lion is checked by hand and by a script of its own, as torch has none."""

from collections.abc import Callable
from math import copysign
from typing import Any

import numpy as np
import pytest

Descend = Callable[..., list[Any]]


def test_three_steps_by_hand_the_second_along_the_momentum_and_the_third_against_it(descend: Descend) -> None:
    # beta1 = 1/2, beta2 = 3/4, alpha = 0.1, lambda = 0.5: w shrinks by 0.95 a step; g = 2, -1/4, -1
    # 1/2 * 0 + 1/2 * 2 > 0: w1 = 0.95 - 0.1 = 0.85; v1 = 1/4 * 2 = 1/2
    # 1/2 * 1/2 - 1/2 * 1/4 = 1/8 > 0: w2 = 0.85 * 0.95 - 0.1 = 0.7075; v2 = 3/4 * 1/2 - 1/4 * 1/4 = 5/16
    # 1/2 * 5/16 - 1/2 < 0: w3 = 0.7075 * 0.95 + 0.1 = 0.772125
    gradients = [2.0, -0.25, -1.0]
    visited = descend(
        "lion",
        [[1.0]],
        lambda w, step: [[gradients[step]]],
        3,
        learning_rate=0.1,
        beta1=0.5,
        beta2=0.75,
        weight_decay=0.5,
    )
    np.testing.assert_allclose(np.concatenate(visited)[:, 0], [0.85, 0.7075, 0.772125], rtol=0, atol=1e-15)


@pytest.mark.parametrize("gradient", [1e-30, -3.0, 1e6])
def test_every_step_is_alpha_whatever_the_size_of_the_gradient(descend: Descend, gradient: float) -> None:
    visited = descend(
        "lion",
        [[0.0]],
        lambda w, step: [[gradient]],
        50,
        learning_rate=0.01,
        beta1=0.9,
        beta2=0.99,
        weight_decay=0.0,
    )
    expected = -copysign(0.01, gradient) * np.arange(1, 51)
    np.testing.assert_allclose(np.concatenate(visited)[:, 0], expected, rtol=1e-13)


def test_a_weight_without_gradient_stays(descend: Descend) -> None:
    (w,) = descend(
        "lion", [[2.0]], lambda w, step: [[0.0]], 1, learning_rate=0.1, beta1=0.9, beta2=0.99, weight_decay=0.0
    )
    assert w[0, 0] == 2.0


@pytest.mark.parametrize(
    "trial",
    [
        {"learning_rate": 0.01, "beta1": 0.9, "beta2": 0.99, "weight_decay": 0.0},
        {"learning_rate": 0.1, "beta1": 0.95, "beta2": 0.98, "weight_decay": 1.0},
        {"learning_rate": 0.001, "beta1": 0.0, "beta2": 0.5, "weight_decay": 0.1},
    ],
    ids=str,
)
def test_agrees_with_a_script_of_its_equation(descend: Descend, trial: dict[str, float]) -> None:
    rng = np.random.default_rng(3)
    start, noise = rng.standard_normal(7), rng.standard_normal((200, 7))
    visited = descend("lion", [start], lambda w, step: 2 * w + noise[step], 200, **trial)
    alpha, b1, b2, decay = trial.values()
    ws, vs = start.tolist(), [0.0] * 7
    for step in range(200):
        for i in range(7):
            g = 2 * ws[i] + float(noise[step, i])
            c = b1 * vs[i] + (1 - b1) * g
            ws[i] -= alpha * ((c > 0) - (c < 0) + decay * ws[i])
            vs[i] = b2 * vs[i] + (1 - b2) * g
        np.testing.assert_allclose(visited[step][0], ws, rtol=0, atol=1e-12)
