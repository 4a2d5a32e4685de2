"""Adam: momentum divided by the running root mean square of the gradient, both bias corrected."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trainers.optimizers.base import (
    BETA1,
    BETA2,
    EPSILON,
    LEARNING_RATE,
    Array,
    Coefficients,
    Optimizer,
    State,
    array_module,
    powers,
)
from trainers.optimizers.declaration import Declaration, Kernel, Rows


def _one_pass(
    w: Array,
    g: Array,
    v: Array,
    s: Array,
    beta1: Array,
    one_minus_beta1: Array,
    beta2: Array,
    one_minus_beta2: Array,
    corrected_epsilon: Array,
    corrected_alpha: Array,
) -> None:
    for k in range(w.shape[0]):
        b1, c1, b2, c2 = beta1[k, 0], one_minus_beta1[k, 0], beta2[k, 0], one_minus_beta2[k, 0]
        e, a = corrected_epsilon[k, 0], corrected_alpha[k, 0]
        wk, gk, vk, sk = w[k], g[k], v[k], s[k]
        for p in range(wk.size):
            vk[p] = vk[p] * b1 + gk[p] * c1
            sk[p] = sk[p] * b2 + gk[p] * gk[p] * c2
            wk[p] -= vk[p] / (np.sqrt(sk[p]) + e) * a


class Adam:
    """Adam, adaptive moment estimation.

    ``v = beta1 v + (1 - beta1) g``, ``s = beta2 s + (1 - beta2) g^2``,
    ``w = w - alpha v_hat / (sqrt(s_hat) + epsilon)`` with ``v_hat = v / (1 - beta1^t)``,
    ``s_hat = s / (1 - beta2^t)``, ``t`` from 1, ``v`` and ``s`` = 0 before the first step

    **Variant.** The form of the paper and the lecture: both corrections, epsilon outside the root and not scaled by the
    correction; torch and optax (``eps_root=0``) agree, Keras scales epsilon (the paper's "epsilon hat").
    The lecture's slides omit the initial value of S_dW and once write S_W for S_dW; the equations above are meant.

    Reference: Kingma and Ba (2015), Adam: A Method for Stochastic Optimization, algorithm 1.
    """

    declaration = Declaration(
        name="adam",
        title="Adam",
        hyperparameters=(LEARNING_RATE, BETA1, BETA2, EPSILON),
        imitates={
            "sgd": "with beta1 = 0 and a large epsilon it acts like gradient descent",
            "momentum": "with a large epsilon it acts like momentum",
            "rmsprop": "with beta1 = 0 it is RMSprop but for the bias correction",
        },
        rows=Rows(
            step=(
                "`v = beta1 v + (1 - beta1) g`, `s = beta2 s + (1 - beta2) g^2`, `w = w - alpha v_hat / (sqrt(s_hat) +"
                " epsilon)`"
            ),
            torch_defaults="`betas=(0.9, 0.999)`, `eps=1e-08`",
            torch="the same",
            keras=(
                'epsilon is the "epsilon hat" of the paper: it acts as `epsilon / sqrt(1 - beta2^t)` does here; 1e-7'
            ),
            optax="the same; `eps_root` is inside the root and 0",
            lecture="the same; its text leaves out the initial value of S_dW and writes S_W for S_dW once",
        ),
        kernel=Kernel(
            _one_pass,
            ("first_moment", "second_moment"),
            ("beta1", "one_minus_beta1", "beta2", "one_minus_beta2", "corrected_epsilon", "corrected_alpha"),
        ),
    )
    name = declaration.name
    hyperparameters = declaration.hyperparameters

    def init(self, parameters: Array) -> State:
        """Initialise both moments to zero."""
        return {"first_moment": parameters * 0, "second_moment": parameters * 0}

    def coefficients(self, hyperparameters: Mapping[str, Array], learning_rate: Array, step: Array) -> dict[str, Array]:
        """The weights of both averages, with both corrections folded into the learning rate and epsilon.

        ``alpha v_hat / (sqrt(s_hat) + epsilon) = alpha' v / (sqrt(s) + epsilon')`` with
        ``alpha' = alpha sqrt(1 - beta2^t) / (1 - beta1^t)`` and ``epsilon' = epsilon sqrt(1 - beta2^t)``: the efficient
        form from the end of the paper's section 2, which saves a pass over the parameters.
        """
        beta1, beta2 = hyperparameters["beta1"], hyperparameters["beta2"]
        root2 = np.sqrt(1.0 - powers(beta2, step))
        return {
            "beta1": beta1,
            "one_minus_beta1": 1.0 - beta1,
            "beta2": beta2,
            "one_minus_beta2": 1.0 - beta2,
            "corrected_epsilon": hyperparameters["epsilon"] * root2,
            "corrected_alpha": learning_rate * root2 / (1.0 - powers(beta1, step)),
        }

    def update(
        self, parameters: Array, gradients: Array, state: State, coefficients: Coefficients, work: Array
    ) -> None:
        """Make one step in place; see `Optimizer.update`."""
        xp = array_module(parameters)
        v, s = state["first_moment"], state["second_moment"]
        # v = beta1 v + (1 - beta1) g
        xp.multiply(gradients, coefficients["one_minus_beta1"], out=work)
        v *= coefficients["beta1"]
        v += work
        # s = beta2 s + (1 - beta2) g^2
        xp.multiply(gradients, gradients, out=work)
        work *= coefficients["one_minus_beta2"]
        s *= coefficients["beta2"]
        s += work
        # w = w - alpha v_hat / (sqrt(s_hat) + epsilon) = w - alpha' v / (sqrt(s) + epsilon')
        xp.sqrt(s, out=work)
        work += coefficients["corrected_epsilon"]
        xp.divide(v, work, out=work)
        work *= coefficients["corrected_alpha"]
        parameters -= work


OPTIMIZER: Optimizer = Adam()
