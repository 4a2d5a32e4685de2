"""AMSGrad is checked by hand where its maximum holds, by the example that Adam fails, and by torch."""

from collections.abc import Callable
from math import sqrt
from typing import Any

import numpy as np
import pytest
import torch

Descend = Callable[..., list[Any]]


def test_two_steps_by_hand_the_second_divided_by_the_larger_first_moment(descend: Descend) -> None:
    # beta1 = 1/2, beta2 = 3/4, epsilon = 1, alpha = 0.1, g = 4 then 0
    # v1 = 2, v1_hat = 4; s1 = m1 = 4, m1_hat = 4 / (1/4) = 16; w1 = 1 - 0.1 * 4 / (4 + 1) = 0.92
    # v2 = 1, v2_hat = 4/3; s2 = 3, m2 = 4, m2_hat = 4 / (7/16) = 64/7; w2 = 0.92 - 0.1 * (4/3) / (sqrt(64/7) + 1)
    gradients = [4.0, 0.0]
    first, second = descend(
        "amsgrad",
        [[1.0]],
        lambda w, step: [[gradients[step]]],
        2,
        learning_rate=0.1,
        beta1=0.5,
        beta2=0.75,
        epsilon=1.0,
    )
    assert first[0, 0] == pytest.approx(0.92, abs=1e-15)
    assert second[0, 0] == pytest.approx(0.92 - 0.1 * (4 / 3) / (sqrt(64 / 7) + 1), abs=1e-15)


def test_goes_the_right_way_where_adam_forgets_the_large_gradient(descend: Descend) -> None:
    # The paper's example: a gradient of 4 every third step and -1 otherwise, so that downhill is to the left. With a
    # short memory (beta2 = 1 / (1 + C^2), C = 4) Adam weighs the three alike and walks to the right.
    numbers = {"learning_rate": 0.01, "beta1": 0.0, "beta2": 1 / 17, "epsilon": 1e-8}
    ends = {
        name: descend(name, [[0.0]], lambda w, step: [[4.0 if step % 3 == 0 else -1.0]], 900, **numbers)[-1][0, 0]
        for name in ("adam", "amsgrad")
    }
    assert ends["adam"] > 1.0
    assert ends["amsgrad"] < -1.0


def test_agrees_with_torch(agree_with_torch: Callable[..., None]) -> None:
    agree_with_torch(
        "amsgrad",
        lambda w, learning_rate, beta1, beta2, epsilon: torch.optim.Adam(
            [w], lr=learning_rate, betas=(beta1, beta2), eps=epsilon, amsgrad=True
        ),
        [
            {"learning_rate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
            {"learning_rate": 0.1, "beta1": 0.0, "beta2": 0.9, "epsilon": 0.3},
            {"learning_rate": 0.001, "beta1": 0.99, "beta2": 0.5, "epsilon": 1e-3},
        ],
    )


def test_under_shrinking_gradients_its_divisor_stays(descend: Descend) -> None:
    # With beta2 = 0, s = g^2 and no correction: Adam's step is alpha at any size, this one's alpha g / max(g).
    numbers = {"learning_rate": 0.1, "beta1": 0.0, "beta2": 0.0, "epsilon": 0.0}
    visited = descend("amsgrad", [[0.0]], lambda w, step: [[0.5**step]], 20, **numbers)
    np.testing.assert_allclose(np.concatenate(visited)[:, 0], -0.2 * (1 - 0.5 ** np.arange(1, 21)), rtol=1e-14)
