"""AdamW: Adam with weight decay applied directly to the weights instead of through the gradient."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trainers.optimizers.adam import Adam
from trainers.optimizers.base import (
    BETA1,
    BETA2,
    EPSILON,
    LEARNING_RATE,
    WEIGHT_DECAY,
    Array,
    Coefficients,
    Optimizer,
    State,
)
from trainers.optimizers.declaration import Declaration, EqualCase, Kernel, Rows

ADAM = Adam()
"""Adam's own step is used, so that AdamW without decay equals Adam bit for bit."""


def _one_pass(
    w: Array,
    g: Array,
    v: Array,
    s: Array,
    decay_factor: Array,
    beta1: Array,
    one_minus_beta1: Array,
    beta2: Array,
    one_minus_beta2: Array,
    corrected_epsilon: Array,
    corrected_alpha: Array,
) -> None:
    for k in range(w.shape[0]):
        b1, c1, b2, c2 = beta1[k, 0], one_minus_beta1[k, 0], beta2[k, 0], one_minus_beta2[k, 0]
        e, a, left = corrected_epsilon[k, 0], corrected_alpha[k, 0], decay_factor[k, 0]
        wk, gk, vk, sk = w[k], g[k], v[k], s[k]
        for p in range(wk.size):
            vk[p] = vk[p] * b1 + gk[p] * c1
            sk[p] = sk[p] * b2 + gk[p] * gk[p] * c2
            wk[p] = wk[p] * left - vk[p] / (np.sqrt(sk[p]) + e) * a


class AdamW:
    """AdamW, Adam with decoupled weight decay.

    ``w = w - alpha lambda w``, ``v = beta1 v + (1 - beta1) g``, ``s = beta2 s + (1 - beta2) g^2``,
    ``w = w - alpha v_hat / (sqrt(s_hat) + epsilon)`` with ``v_hat = v / (1 - beta1^t)``,
    ``s_hat = s / (1 - beta2^t)``, ``t`` from 1, ``v`` and ``s`` = 0 before the first step; lambda is ``weight_decay``

    **Variant.** Lambda is multiplied by alpha, as in torch, Keras and optax; the paper multiplies it by the schedule
    multiplier alone, so that its lambda is this one times alpha0. All parameters decay, biases too, as in torch.
    Default 0.01 (torch: 0.01, Keras: 0.004, optax: 1e-4). Epsilon is outside the root and not scaled, as in `adam`.

    Reference: Loshchilov and Hutter (2019), Decoupled weight decay regularization, algorithm 2.
    """

    declaration = Declaration(
        name="adamw",
        title="AdamW",
        hyperparameters=(LEARNING_RATE, BETA1, BETA2, EPSILON, WEIGHT_DECAY),
        equals=(EqualCase({"weight_decay": 0.0}, "adam"),),
        imitates={"adam": "without weight decay it is Adam"},
        aliases=("adam_w",),
        rows=Rows(
            step="`w = (1 - alpha lambda) w`, then as `adam`",
            torch_defaults="`betas=(0.9, 0.999)`, `eps=1e-08`, `weight_decay=0.01`",
            torch="the same",
            keras="as its Adam; decay 0.004",
            optax="as its Adam; decay 1e-4",
        ),
        kernel=Kernel(
            _one_pass,
            ("first_moment", "second_moment"),
            (
                "decay_factor",
                "beta1",
                "one_minus_beta1",
                "beta2",
                "one_minus_beta2",
                "corrected_epsilon",
                "corrected_alpha",
            ),
        ),
    )
    name = declaration.name
    hyperparameters = declaration.hyperparameters

    def init(self, parameters: Array) -> State:
        """Initialise both moments to zero."""
        return ADAM.init(parameters)

    def coefficients(self, hyperparameters: Mapping[str, Array], learning_rate: Array, step: Array) -> dict[str, Array]:
        """Adam's coefficients and the factor ``1 - alpha lambda`` of the weights."""
        decay_factor = 1.0 - learning_rate * hyperparameters["weight_decay"]
        return {"decay_factor": decay_factor, **ADAM.coefficients(hyperparameters, learning_rate, step)}

    def update(
        self, parameters: Array, gradients: Array, state: State, coefficients: Coefficients, work: Array
    ) -> None:
        """Make one step in place; see `Optimizer.update`."""
        # w = (1 - alpha lambda) w
        parameters *= coefficients["decay_factor"]
        # w = w - alpha v_hat / (sqrt(s_hat) + epsilon)
        ADAM.update(parameters, gradients, state, coefficients, work)


OPTIMIZER: Optimizer = AdamW()
