"""NAdam: Adam with Nesterov momentum, which looks one step ahead."""

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
    epsilon: Array,
    correction2: Array,
    moment_factor: Array,
    gradient_factor: Array,
) -> None:
    for k in range(w.shape[0]):
        b1, c1, b2, c2 = beta1[k, 0], one_minus_beta1[k, 0], beta2[k, 0], one_minus_beta2[k, 0]
        e, r, av, ag = epsilon[k, 0], correction2[k, 0], moment_factor[k, 0], gradient_factor[k, 0]
        wk, gk, vk, sk = w[k], g[k], v[k], s[k]
        for p in range(wk.size):
            vk[p] = vk[p] * b1 + gk[p] * c1
            sk[p] = sk[p] * b2 + gk[p] * gk[p] * c2
            root = np.sqrt(sk[p] * r) + e
            wk[p] = wk[p] - vk[p] / root * av - gk[p] / root * ag


class NAdam:
    """NAdam, Adam with Nesterov momentum.

    ``v = beta1 v + (1 - beta1) g``, ``s = beta2 s + (1 - beta2) g^2``,
    ``w = w - alpha (beta1 v / (1 - beta1^(t+1)) + (1 - beta1) g / (1 - beta1^t)) / (sqrt(s_hat) + epsilon)`` with
    ``s_hat = s / (1 - beta2^t)``, ``t`` from 1, ``v`` and ``s`` = 0 before the first step

    **Variant.** The plain form with a constant beta1, as in optax (``nadam``). torch and Keras warm up the momentum,
    ``mu_t = beta1 (1 - 0.96^(psi t) / 2)`` with psi 0.004 in torch and 1 in Keras, and use the product of all mu
    instead of ``beta1^t``; with a ``momentum_decay`` so large that every ``mu_t`` is beta1, torch has the plain form.
    The algorithm in the paper multiplies s_hat by beta2, which no library does.

    Reference: Dozat (2016), Incorporating Nesterov momentum into Adam, algorithm 2 with constant mu.
    """

    declaration = Declaration(
        name="nadam",
        title="NAdam",
        hyperparameters=(LEARNING_RATE, BETA1, BETA2, EPSILON),
        imitates={
            "nesterov": "with a large epsilon it acts like Nesterov",
            "rmsprop": "with beta1 = 0 it is RMSprop but for the bias correction",
        },
        rows=Rows(
            step="as `adam`, but `beta1 v / (1 - beta1^(t+1)) + (1 - beta1) g / (1 - beta1^t)` for `v_hat`",
            torch_defaults="`betas=(0.9, 0.999)`, `eps=1e-08`, `momentum_decay=0.004`",
            torch=(
                "warms the momentum up, `mu_t = beta1 (1 - 0.96^(0.004 t) / 2)`, and has the product of all `mu` for "
                "`beta1^t`; the same as here with `momentum_decay=1e6`, where every `mu_t` is beta1. It keeps that "
                "product in float32 unless torch's default is another type"
            ),
            keras="warms up faster, `mu_t = beta1 (1 - 0.96^t / 2)`; epsilon 1e-7",
            optax="the same (`nadam`)",
        ),
        kernel=Kernel(
            _one_pass,
            ("first_moment", "second_moment"),
            (
                "beta1",
                "one_minus_beta1",
                "beta2",
                "one_minus_beta2",
                "epsilon",
                "correction2",
                "moment_factor",
                "gradient_factor",
            ),
        ),
    )
    name = declaration.name
    hyperparameters = declaration.hyperparameters

    def init(self, parameters: Array) -> State:
        """Initialise both moments to zero."""
        return {"first_moment": parameters * 0, "second_moment": parameters * 0}

    def coefficients(self, hyperparameters: Mapping[str, Array], learning_rate: Array, step: Array) -> dict[str, Array]:
        """The weights of both averages, epsilon, the second correction, and the factors of ``v`` and ``g``."""
        beta1, beta2 = hyperparameters["beta1"], hyperparameters["beta2"]
        return {
            "beta1": beta1,
            "one_minus_beta1": 1.0 - beta1,
            "beta2": beta2,
            "one_minus_beta2": 1.0 - beta2,
            "epsilon": hyperparameters["epsilon"],
            "correction2": 1.0 / (1.0 - powers(beta2, step)),
            "moment_factor": learning_rate * beta1 / (1.0 - powers(beta1, step + 1.0)),
            "gradient_factor": learning_rate * (1.0 - beta1) / (1.0 - powers(beta1, step)),
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
        # w = w - moment_factor v / (sqrt(s_hat) + epsilon) - gradient_factor g / (sqrt(s_hat) + epsilon)
        for direction, weight in ((v, coefficients["moment_factor"]), (gradients, coefficients["gradient_factor"])):
            xp.multiply(s, coefficients["correction2"], out=work)
            xp.sqrt(work, out=work)
            work += coefficients["epsilon"]
            xp.divide(direction, work, out=work)
            work *= weight
            parameters -= work


OPTIMIZER: Optimizer = NAdam()
