"""Lion: steps by the sign of a momentum, so that every weight moves by the same amount."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from trainers.optimizers.base import (
    BETA1,
    BETA2,
    LEARNING_RATE,
    WEIGHT_DECAY,
    Array,
    Coefficients,
    Optimizer,
    State,
    array_module,
)
from trainers.optimizers.declaration import Declaration, Kernel, Rows


def _one_pass(
    w: Array,
    g: Array,
    v: Array,
    decay_factor: Array,
    beta1: Array,
    one_minus_beta1: Array,
    beta2: Array,
    one_minus_beta2: Array,
    alpha: Array,
) -> None:
    one, zero = w.dtype.type(1), w.dtype.type(0)
    for k in range(w.shape[0]):
        b1, c1, b2, c2 = beta1[k, 0], one_minus_beta1[k, 0], beta2[k, 0], one_minus_beta2[k, 0]
        a, left, wk, gk, vk = alpha[k, 0], decay_factor[k, 0], w[k], g[k], v[k]
        for p in range(wk.size):
            direction = vk[p] * b1 + gk[p] * c1
            # direction - direction is 0 where the direction is 0 and NaN where it is NaN.
            sign = one if direction > zero else (-one if direction < zero else direction - direction)
            wk[p] = wk[p] * left - sign * a
            vk[p] = vk[p] * b2 + gk[p] * c2


class Lion:
    """Lion, evolved sign momentum.

    ``w = w - alpha (sign(beta1 v + (1 - beta1) g) + lambda w)``, then ``v = beta2 v + (1 - beta2) g``,
    ``v`` = 0 before the first step; lambda is ``weight_decay``

    **Variant.** The paper's form, as in optax and Keras; torch has none. beta1 is for the step and beta2, default 0.99,
    for the momentum. Decay is decoupled, times alpha, for all parameters; default 0 (Keras: none, optax: 0.001). The
    paper advises an alpha three to ten times smaller than Adam's.

    Reference: Chen et al. (2023), Symbolic discovery of optimization algorithms, algorithm 2.
    """

    declaration = Declaration(
        name="lion",
        title="Lion",
        hyperparameters=(
            LEARNING_RATE,
            replace(BETA1, summary="share of the momentum in the step"),
            replace(BETA2, summary="decay of the momentum", default=0.99),
            replace(WEIGHT_DECAY, default=0.0),
        ),
        rows=Rows(
            step="`w = w - alpha (sign(beta1 v + (1 - beta1) g) + lambda w)`, then `v = beta2 v + (1 - beta2) g`",
            torch="none",
            keras="the same",
            optax="the same; decay 0.001",
        ),
        kernel=Kernel(
            _one_pass, ("momentum",), ("decay_factor", "beta1", "one_minus_beta1", "beta2", "one_minus_beta2", "alpha")
        ),
    )
    name = declaration.name
    hyperparameters = declaration.hyperparameters

    def init(self, parameters: Array) -> State:
        """Initialise the momentum to zero."""
        return {"momentum": parameters * 0}

    def coefficients(self, hyperparameters: Mapping[str, Array], learning_rate: Array, step: Array) -> dict[str, Array]:
        """The weights of step and momentum, the learning rate, and the factor ``1 - alpha lambda`` of the weights."""
        beta1, beta2 = hyperparameters["beta1"], hyperparameters["beta2"]
        return {
            "decay_factor": 1.0 - learning_rate * hyperparameters["weight_decay"],
            "beta1": beta1,
            "one_minus_beta1": 1.0 - beta1,
            "beta2": beta2,
            "one_minus_beta2": 1.0 - beta2,
            "alpha": learning_rate,
        }

    def update(
        self, parameters: Array, gradients: Array, state: State, coefficients: Coefficients, work: Array
    ) -> None:
        """Make one step in place; see `Optimizer.update`."""
        xp = array_module(parameters)
        v = state["momentum"]
        # w = (1 - alpha lambda) w
        parameters *= coefficients["decay_factor"]
        # w = w - alpha sign(beta1 v + (1 - beta1) g)
        xp.multiply(v, coefficients["beta1"], out=work)
        work += gradients * coefficients["one_minus_beta1"]
        xp.sign(work, out=work)
        work *= coefficients["alpha"]
        parameters -= work
        # v = beta2 v + (1 - beta2) g
        xp.multiply(gradients, coefficients["one_minus_beta2"], out=work)
        v *= coefficients["beta2"]
        v += work


OPTIMIZER: Optimizer = Lion()
