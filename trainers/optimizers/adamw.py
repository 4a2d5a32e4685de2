"""AdamW: Adam that shrinks the weights directly, beside the step and not through the gradient."""

from __future__ import annotations

from collections.abc import Mapping

from trainers.optimizers.adam import Adam
from trainers.optimizers.base import (
    BETA1,
    BETA2,
    EPSILON,
    LEARNING_RATE,
    WEIGHT_DECAY,
    Array,
    Coefficients,
    State,
)

ADAM = Adam()
"""Its steps are taken as they are, so that without decay both are the same to the last bit."""


class AdamW:
    """AdamW, Adam with decoupled weight decay.

    ``w = w - alpha lambda w``, ``v = beta1 v + (1 - beta1) g``, ``s = beta2 s + (1 - beta2) g^2``,
    ``w = w - alpha v_hat / (sqrt(s_hat) + epsilon)`` with ``v_hat = v / (1 - beta1^t)``,
    ``s_hat = s / (1 - beta2^t)``, ``t`` from 1, ``v`` and ``s`` = 0 before the first step; lambda is ``weight_decay``

    **Variant.** Lambda is multiplied by alpha, as in torch, Keras and optax; the paper multiplies it by the schedule
    alone, so that its lambda is this one times alpha0. All parameters decay, biases too, as in torch. Default 0.01
    (torch: 0.01, Keras: 0.004, optax: 1e-4). Epsilon is outside the root and not scaled, as in `adam`.

    Reference: Loshchilov and Hutter (2019), Decoupled weight decay regularization, algorithm 2.
    """

    name = "adamw"
    hyperparameters = (LEARNING_RATE, BETA1, BETA2, EPSILON, WEIGHT_DECAY)

    def init(self, parameters: Array) -> State:
        """Both moments zero."""
        return ADAM.init(parameters)

    def coefficients(self, hyperparameters: Mapping[str, Array], learning_rate: Array, step: Array) -> dict[str, Array]:
        """Those of Adam, and what is left of the weights."""
        kept = 1.0 - learning_rate * hyperparameters["weight_decay"]
        return {"kept": kept, **ADAM.coefficients(hyperparameters, learning_rate, step)}

    def update(
        self, parameters: Array, gradients: Array, state: State, coefficients: Coefficients, work: Array
    ) -> None:
        """Make one step in place; see `Optimizer.update`."""
        # w = (1 - alpha lambda) w
        parameters *= coefficients["kept"]
        # w = w - alpha v_hat / (sqrt(s_hat) + epsilon)
        ADAM.update(parameters, gradients, state, coefficients, work)
