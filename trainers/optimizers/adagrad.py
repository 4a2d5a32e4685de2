"""AdaGrad: divides each step by the root of the sum of all squared gradients so far."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trainers.optimizers.base import EPSILON, LEARNING_RATE, Array, Coefficients, Optimizer, State, array_module
from trainers.optimizers.declaration import Declaration, Kernel, Rows


def _one_pass(w: Array, g: Array, s: Array, epsilon: Array, alpha: Array) -> None:
    for k in range(w.shape[0]):
        e, a, wk, gk, sk = epsilon[k, 0], alpha[k, 0], w[k], g[k], s[k]
        for p in range(wk.size):
            sk[p] += gk[p] * gk[p]
            wk[p] -= gk[p] / (np.sqrt(sk[p]) + e) * a


class AdaGrad:
    """AdaGrad, adaptive subgradient descent with a diagonal matrix.

    ``s = s + g^2``, ``w = w - alpha g / (sqrt(s) + epsilon)``, ``s`` = 0 before the first step

    **Variant.** Epsilon outside the root, as in the paper (its delta) and torch, and a sum that starts at 0; Keras and
    optax put epsilon inside the root and start at 0.1. Default epsilon 1e-8 (torch: 1e-10, Keras and optax: 1e-7).

    Reference: Duchi, Hazan and Singer (2011), Adaptive subgradient methods for online learning and stochastic
    optimization, figure 1.
    """

    declaration = Declaration(
        name="adagrad",
        title="AdaGrad",
        hyperparameters=(LEARNING_RATE, EPSILON),
        rows=Rows(
            step="`s = s + g^2`, `w = w - alpha g / (sqrt(s) + epsilon)`",
            torch_defaults="`eps=1e-10`",
            torch="the same",
            keras="epsilon inside the root, `s` begins at 0.1, epsilon 1e-7",
            optax="as Keras; 0 where `s` is 0",
        ),
        kernel=Kernel(_one_pass, ("sum_of_squares",), ("epsilon", "alpha")),
    )
    name = declaration.name
    hyperparameters = declaration.hyperparameters

    def init(self, parameters: Array) -> State:
        """Initialise the sum of squares to zero."""
        return {"sum_of_squares": parameters * 0}

    def coefficients(self, hyperparameters: Mapping[str, Array], learning_rate: Array, step: Array) -> dict[str, Array]:
        """Epsilon and the learning rate."""
        return {"epsilon": hyperparameters["epsilon"], "alpha": learning_rate}

    def update(
        self, parameters: Array, gradients: Array, state: State, coefficients: Coefficients, work: Array
    ) -> None:
        """Make one step in place; see `Optimizer.update`."""
        xp = array_module(parameters)
        s = state["sum_of_squares"]
        # s = s + g^2
        xp.multiply(gradients, gradients, out=work)
        s += work
        # w = w - alpha g / (sqrt(s) + epsilon)
        xp.sqrt(s, out=work)
        work += coefficients["epsilon"]
        xp.divide(gradients, work, out=work)
        work *= coefficients["alpha"]
        parameters -= work


OPTIMIZER: Optimizer = AdaGrad()
