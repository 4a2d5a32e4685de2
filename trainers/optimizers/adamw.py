"""AdamW: Adam that shrinks the weights directly, beside the step and not through the gradient."""

from __future__ import annotations

from collections.abc import Mapping

from trainers.optimizers.base import (
    BETA1,
    BETA2,
    EPSILON,
    LEARNING_RATE,
    WEIGHT_DECAY,
    Array,
    Coefficients,
    State,
    array_module,
    powers,
)


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
        return {"first_moment": parameters * 0, "second_moment": parameters * 0}

    def coefficients(self, hyperparameters: Mapping[str, Array], learning_rate: Array, step: Array) -> dict[str, Array]:
        """Those of Adam, and what is left of the weights."""
        beta1, beta2 = hyperparameters["beta1"], hyperparameters["beta2"]
        return {
            "kept": 1.0 - learning_rate * hyperparameters["weight_decay"],
            "beta1": beta1,
            "one_minus_beta1": 1.0 - beta1,
            "beta2": beta2,
            "one_minus_beta2": 1.0 - beta2,
            "epsilon": hyperparameters["epsilon"],
            "correction2": 1.0 / (1.0 - powers(beta2, step)),
            "alpha_correction1": learning_rate / (1.0 - powers(beta1, step)),
        }

    def update(
        self, parameters: Array, gradients: Array, state: State, coefficients: Coefficients, work: Array
    ) -> None:
        """Make one step in place; see `Optimizer.update`."""
        xp = array_module(parameters)
        v, s = state["first_moment"], state["second_moment"]
        # w = (1 - alpha lambda) w
        parameters *= coefficients["kept"]
        # v = beta1 v + (1 - beta1) g
        xp.multiply(gradients, coefficients["one_minus_beta1"], out=work)
        v *= coefficients["beta1"]
        v += work
        # s = beta2 s + (1 - beta2) g^2
        xp.multiply(gradients, gradients, out=work)
        work *= coefficients["one_minus_beta2"]
        s *= coefficients["beta2"]
        s += work
        # w = w - alpha v_hat / (sqrt(s_hat) + epsilon)
        xp.multiply(s, coefficients["correction2"], out=work)
        xp.sqrt(work, out=work)
        work += coefficients["epsilon"]
        xp.divide(v, work, out=work)
        work *= coefficients["alpha_correction1"]
        parameters -= work
