"""AMSGrad: Adam with a denominator that never decreases."""

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
    m: Array,
    beta1: Array,
    one_minus_beta1: Array,
    beta2: Array,
    one_minus_beta2: Array,
    epsilon: Array,
    correction2: Array,
    alpha_correction1: Array,
) -> None:
    for k in range(w.shape[0]):
        b1, c1, b2, c2 = beta1[k, 0], one_minus_beta1[k, 0], beta2[k, 0], one_minus_beta2[k, 0]
        e, r, a = epsilon[k, 0], correction2[k, 0], alpha_correction1[k, 0]
        wk, gk, vk, sk, mk = w[k], g[k], v[k], s[k], m[k]
        for p in range(wk.size):
            vk[p] = vk[p] * b1 + gk[p] * c1
            sk[p] = sk[p] * b2 + gk[p] * gk[p] * c2
            # A NaN in s stays there, so that m becomes NaN too, as with NumPy's maximum.
            mk[p] = mk[p] if mk[p] >= sk[p] else sk[p]
            wk[p] -= vk[p] / (np.sqrt(mk[p] * r) + e) * a


class AMSGrad:
    """AMSGrad, Adam that divides by the largest second moment so far.

    ``v = beta1 v + (1 - beta1) g``, ``s = beta2 s + (1 - beta2) g^2``, ``m = max(m, s)``,
    ``w = w - alpha v_hat / (sqrt(m_hat) + epsilon)`` with ``v_hat = v / (1 - beta1^t)``,
    ``m_hat = m / (1 - beta2^t)``, ``t`` from 1, ``v``, ``s`` and ``m`` = 0 before the first step

    **Variant.** As torch (``Adam(amsgrad=True)``): the maximum of the uncorrected moments, corrected afterwards; Keras
    too, with epsilon scaled as for `adam`. The paper has no bias correction; optax (``amsgrad``) takes the maximum of
    the corrected moments, which the first steps dominate.

    Reference: Reddi, Kale and Kumar (2018), On the convergence of Adam and beyond, algorithm 2.
    """

    declaration = Declaration(
        name="amsgrad",
        title="AMSGrad",
        hyperparameters=(LEARNING_RATE, BETA1, BETA2, EPSILON),
        rows=Rows(
            step="as `adam`, but `m = max(m, s)` and `m_hat = m / (1 - beta2^t)` for `s_hat`",
            torch_defaults="`betas=(0.9, 0.999)`, `eps=1e-08`",
            torch="`Adam(amsgrad=True)`",
            keras="as torch, with its Adam's epsilon",
            optax=(
                "the largest of the *corrected* moments; with `bias_correction_mu=False` and "
                "`bias_correction_nu=False` the paper's"
            ),
        ),
        kernel=Kernel(
            _one_pass,
            ("first_moment", "second_moment", "largest_second_moment"),
            ("beta1", "one_minus_beta1", "beta2", "one_minus_beta2", "epsilon", "correction2", "alpha_correction1"),
        ),
    )
    name = declaration.name
    hyperparameters = declaration.hyperparameters

    def init(self, parameters: Array) -> State:
        """Initialise both moments and the maximum to zero."""
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


OPTIMIZER: Optimizer = AMSGrad()
