"""RMSprop: divides each step by the running root mean square of the gradient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from trainers.optimizers.base import BETA2, EPSILON, LEARNING_RATE, Array, Coefficients, Optimizer, State, array_module
from trainers.optimizers.declaration import Declaration, Kernel, Rows


def _one_pass(w: Array, g: Array, s: Array, beta2: Array, one_minus_beta2: Array, epsilon: Array, alpha: Array) -> None:
    for k in range(w.shape[0]):
        b, c, e, a = beta2[k, 0], one_minus_beta2[k, 0], epsilon[k, 0], alpha[k, 0]
        wk, gk, sk = w[k], g[k], s[k]
        for p in range(wk.size):
            sk[p] = sk[p] * b + gk[p] * gk[p] * c
            wk[p] -= gk[p] / (np.sqrt(sk[p]) + e) * a


class RMSprop:
    """RMSprop, gradient descent scaled by the root mean square of recent gradients.

    ``s = beta2 s + (1 - beta2) g^2``, ``w = w - alpha g / (sqrt(s) + epsilon)``, ``s`` = 0 before the first step

    **Variant.** Epsilon outside the root and no bias correction, as in the lecture and torch; Keras and optax (by
    default) put epsilon inside the root. The decay of the average is ``beta2`` here, ``alpha`` in torch, ``rho`` in
    Keras, ``decay`` in optax. Default beta2 0.9 (torch: 0.99).

    Reference: Tieleman and Hinton (2012), Neural Networks for Machine Learning, lecture 6e; deeplearning.ai,
    Improving Deep Neural Networks (2017), week 2, "RMSprop".
    """

    declaration = Declaration(
        name="rmsprop",
        title="RMSprop",
        hyperparameters=(LEARNING_RATE, replace(BETA2, default=0.9), EPSILON),
        imitates={"sgd": "with a large epsilon it acts like gradient descent"},
        rows=Rows(
            step="`s = beta2 s + (1 - beta2) g^2`, `w = w - alpha g / (sqrt(s) + epsilon)`",
            torch_defaults="`alpha=0.99`, `eps=1e-08`",
            torch="the same; its `alpha` is beta2",
            keras="epsilon inside the root and 1e-7; `rho` is beta2",
            optax="epsilon inside the root unless `eps_in_sqrt=False`; `decay` is beta2",
            lecture="the same",
        ),
        kernel=Kernel(_one_pass, ("mean_square",), ("beta2", "one_minus_beta2", "epsilon", "alpha")),
    )
    name = declaration.name
    hyperparameters = declaration.hyperparameters

    def init(self, parameters: Array) -> State:
        """Initialise the mean square to zero."""
        return {"mean_square": parameters * 0}

    def coefficients(self, hyperparameters: Mapping[str, Array], learning_rate: Array, step: Array) -> dict[str, Array]:
        """The two weights of the average, epsilon and the learning rate."""
        beta2 = hyperparameters["beta2"]
        return {
            "beta2": beta2,
            "one_minus_beta2": 1.0 - beta2,
            "epsilon": hyperparameters["epsilon"],
            "alpha": learning_rate,
        }

    def update(
        self, parameters: Array, gradients: Array, state: State, coefficients: Coefficients, work: Array
    ) -> None:
        """Make one step in place; see `Optimizer.update`."""
        xp = array_module(parameters)
        s = state["mean_square"]
        # s = beta2 s + (1 - beta2) g^2
        xp.multiply(gradients, gradients, out=work)
        work *= coefficients["one_minus_beta2"]
        s *= coefficients["beta2"]
        s += work
        # w = w - alpha g / (sqrt(s) + epsilon)
        xp.sqrt(s, out=work)
        work += coefficients["epsilon"]
        xp.divide(gradients, work, out=work)
        work *= coefficients["alpha"]
        parameters -= work


OPTIMIZER: Optimizer = RMSprop()
