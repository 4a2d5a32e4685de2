"""AMSGrad: Adam whose divisor never shrinks."""

from __future__ import annotations

from collections.abc import Mapping

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


class AMSGrad:
    """AMSGrad, Adam that divides by the largest second moment so far.

    ``v = beta1 v + (1 - beta1) g``, ``s = beta2 s + (1 - beta2) g^2``, ``m = max(m, s)``,
    ``w = w - alpha v_hat / (sqrt(m_hat) + epsilon)`` with ``v_hat = v / (1 - beta1^t)``,
    ``m_hat = m / (1 - beta2^t)``, ``t`` from 1, ``v``, ``s`` and ``m`` = 0 before the first step

    **Variant.** torch (``Adam(amsgrad=True)``): the largest of the uncorrected moments, then corrected; Keras too, with
    its epsilon scaled as for `adam`. The paper corrects nothing; optax (``amsgrad``) takes the largest of the
    corrected moments, which early ones dominate.

    Reference: Reddi, Kale and Kumar (2018), On the convergence of Adam and beyond, algorithm 2.
    """

    name = "amsgrad"
    hyperparameters = (LEARNING_RATE, BETA1, BETA2, EPSILON)

    def init(self, parameters: Array) -> State:
        """Both moments and the largest zero."""
        return {
            "first_moment": parameters * 0,
            "second_moment": parameters * 0,
            "largest_second_moment": parameters * 0,
        }

    def coefficients(self, hyperparameters: Mapping[str, Array], learning_rate: Array, step: Array) -> dict[str, Array]:
        """The weights of both averages, epsilon, and both corrections folded into two factors."""
        beta1, beta2 = hyperparameters["beta1"], hyperparameters["beta2"]
        return {
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
        v, s, m = state["first_moment"], state["second_moment"], state["largest_second_moment"]
        # v = beta1 v + (1 - beta1) g
        xp.multiply(gradients, coefficients["one_minus_beta1"], out=work)
        v *= coefficients["beta1"]
        v += work
        # s = beta2 s + (1 - beta2) g^2
        xp.multiply(gradients, gradients, out=work)
        work *= coefficients["one_minus_beta2"]
        s *= coefficients["beta2"]
        s += work
        # m = max(m, s)
        xp.maximum(m, s, out=m)
        # w = w - alpha v_hat / (sqrt(m_hat) + epsilon)
        xp.multiply(m, coefficients["correction2"], out=work)
        xp.sqrt(work, out=work)
        work += coefficients["epsilon"]
        xp.divide(v, work, out=work)
        work *= coefficients["alpha_correction1"]
        parameters -= work
