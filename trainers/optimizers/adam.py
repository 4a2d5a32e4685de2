"""Adam: momentum divided by the running root mean square, both bias corrected."""

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
    State,
    array_module,
    powers,
)


class Adam:
    """Adam, adaptive moment estimation.

    ``v = beta1 v + (1 - beta1) g``, ``s = beta2 s + (1 - beta2) g^2``,
    ``w = w - alpha v_hat / (sqrt(s_hat) + epsilon)`` with ``v_hat = v / (1 - beta1^t)``,
    ``s_hat = s / (1 - beta2^t)``, ``t`` from 1, ``v`` and ``s`` = 0 before the first step

    **Variant.** The paper's and the lecture's form: both corrections, epsilon outside the root and not scaled by the
    correction; torch and optax (``eps_root=0``) agree, Keras scales epsilon (the paper's "epsilon hat").
    The lecture's slides leave out the initial value of S_dW and write S_W once for S_dW; what is meant is above.

    Reference: Kingma and Ba (2015), Adam: A Method for Stochastic Optimization, algorithm 1.
    """

    name = "adam"
    hyperparameters = (LEARNING_RATE, BETA1, BETA2, EPSILON)

    def init(self, parameters: Array) -> State:
        """Both moments zero."""
        return {"first_moment": parameters * 0, "second_moment": parameters * 0}

    def coefficients(self, hyperparameters: Mapping[str, Array], learning_rate: Array, step: Array) -> dict[str, Array]:
        """The weights of both averages, and both corrections folded into the learning rate and epsilon.

        ``alpha v_hat / (sqrt(s_hat) + epsilon) = alpha' v / (sqrt(s) + epsilon')`` with
        ``alpha' = alpha sqrt(1 - beta2^t) / (1 - beta1^t)`` and ``epsilon' = epsilon sqrt(1 - beta2^t)``: the order of
        computation that the paper names at the end of its section 2, which saves a pass over the parameters.
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
